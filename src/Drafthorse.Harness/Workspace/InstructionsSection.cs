using Drafthorse.Harness.Context;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Workspace;

/// <summary>The workspace's AGENTS.md, as much of it as there is room for.</summary>
internal static class InstructionsSection
{
    public static WorkspaceSection Of(WorkspaceReader reader) => new(0.5, (_, listing, tokens, cancellationToken) => WriteAsync(reader, listing, tokens, cancellationToken));

    /// <summary>The text within its bounds; empty when there is none.</summary>
    public static async ValueTask<string> ReadAsync(WorkspaceReader reader, WorkspaceListing listing, int tokens, CancellationToken cancellationToken)
    {
        if (listing.Find(WorkspaceNames.Instructions) is null || await reader.ReadTextAsync(WorkspaceNames.Instructions, cancellationToken).ConfigureAwait(false) is not { } whole)
            return "";
        var text = ForeignText.Visible(whole).Trim();
        var most = tokens * WorkspacePrompt.CharactersPerToken;
        if (text.Length <= most)
            return MessageRendering.Escape(text);
        var end = most > 0 && char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return $"{MessageRendering.Escape(text[..end])}\n[only its beginning is shown: read {WorkspaceNames.Root}/{WorkspaceNames.Instructions} from offset {end} on]";
    }

    private static async ValueTask<string> WriteAsync(WorkspaceReader reader, WorkspaceListing listing, int tokens, CancellationToken cancellationToken) =>
        await ReadAsync(reader, listing, tokens, cancellationToken).ConfigureAwait(false) is { Length: > 0 } text ? $"# Instructions of this workspace (AGENTS.md)\n\n{text}" : "";
}
