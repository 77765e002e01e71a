using System.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Workspace;

/// <summary>What an agent's own AGENTS.md says, for the system prompt of new threads.</summary>
internal sealed class WorkspaceInstructions(string workspace)
{
    private const int MaxCharacters = 24_000;

    /// <summary>The text, or empty when there is no AGENTS.md. Read anew each time, so that a change counts from the next thread on.</summary>
    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(workspace, "AGENTS.md");
        if (!File.Exists(path))
        {
            return "";
        }

        using var reader = new StreamReader(RegularFile.Open(path), Encoding.UTF8);
        var buffer = new char[MaxCharacters];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken).ConfigureAwait(false);
        var isWhole = reader.Peek() < 0;
        if (!isWhole && char.IsHighSurrogate(buffer[length - 1]))
        {
            length--;
        }

        var text = new string(buffer, 0, length).Trim();
        return text.Length == 0 ? "" : $"# Instructions of this workspace (AGENTS.md)\n\n{text}{(isWhole ? "" : "\n[the file goes on; only its beginning is shown]")}";
    }
}
