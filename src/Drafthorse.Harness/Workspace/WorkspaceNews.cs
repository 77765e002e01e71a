using System.Text;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Workspace;

/// <summary>Says what has changed in a workspace since a thread was told of it: which file, and how.</summary>
internal static class WorkspaceNews
{
    private const int MostNamed = 20;
    private const int Tokens = 4_000;

    /// <param name="reader">The files.</param>
    /// <param name="told">What the thread knows of.</param>
    /// <param name="now">The files now.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<string> WriteAsync(WorkspaceReader reader, WorkspaceMark told, WorkspaceListing now, CancellationToken cancellationToken)
    {
        var text = new StringBuilder("The team has changed the workspace; this counts from now on.");
        if (reader.Find(told.Revision) is { } before)
            Append(text, before, now);
        else
            text.Append(" Which of its files have changed is not known here: look at those that matter again.");
        if ((now.Find(WorkspaceNames.Instructions)?.Hash ?? "") != told.Instructions)
        {
            var instructions = await InstructionsSection.ReadAsync(reader, now, Tokens, cancellationToken).ConfigureAwait(false);
            text.Append(instructions.Length == 0 ? "\nThe workspace's AGENTS.md holds no more." : $"\nThe workspace's AGENTS.md now says, in place of what it said before:\n\n{instructions}");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, WorkspaceListing before, WorkspaceListing now)
    {
        List<string> news =
        [
            .. now.Files.Where(file => before.Find(file.Path)?.Hash != file.Hash).Select(file => Line(file, before.Find(file.Path))),
            .. before.Files.Where(file => now.Find(file.Path) is null).Select(file => $"{Show(file.Path)} was removed"),
        ];
        foreach (var line in news.Take(MostNamed))
            text.Append("\n- ").Append(line);
        if (news.Count > MostNamed)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n- and {news.Count - MostNamed} more files");
    }

    private static string Line(WorkspaceFile file, WorkspaceFile? before)
    {
        var again = file.Path.StartsWith($"{WorkspaceNames.Skills}/", StringComparison.Ordinal) && before is not null ? "; load the skill again to use it as it is now" : "";
        return before is null ? $"{Show(file.Path)} is new ({file.Size} bytes)" : $"{Show(file.Path)} changed (from {before.Size} to {file.Size} bytes{again})";
    }

    private static string Show(string path) => $"{WorkspaceNames.Root}/{ForeignText.Name(path)}";
}
