using System.Globalization;
using System.Text;
using Drafthorse.Harness.Brief.Commands;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.Brief;

/// <summary>Puts what was found of a project into words, in as many bytes as there are. All of it but the labels is anybody's words: each
/// piece is one line, without known secrets, with what nobody sees made visible, and short.</summary>
/// <param name="redact">Takes known secrets out.</param>
internal sealed class BriefText(Func<string, string> redact)
{
    private const int MaxName = 60;
    private const int MaxPath = 120;
    private const int MaxCommand = 200;
    private const int MaxDetail = 60;
    private const int MaxWhy = 100;
    private const int MostKinds = 12;
    private const int MostLocks = 10;
    private const int MostSkipped = 8;
    private const int MostCommands = 40;

    private static readonly string[] Labels = ["setup", "build", "test", "lint", "verify (code runs these on your commit)"];

    /// <summary>The project in at most <paramref name="room"/> bytes of UTF-8.</summary>
    public string Write(IReadOnlyList<string> about, TreeSummary tree, FoundCommands found, bool isWhole, int room)
    {
        var parts = new List<string>(about.Select(line => Piece(line, MaxCommand))) { Kinds(tree, isWhole) };
        Add(parts, Locks(found));
        parts.Add(Commands(found, room / 2));
        Add(parts, Skipped(found, tree, room / 10));
        var text = string.Join('\n', parts);
        var outline = new TreeOutline(tree, name => Piece(name, MaxName)).Write(room - Encoding.UTF8.GetByteCount(text) - 80);
        return outline.Length == 0 ? text : $"{text}\ntree (two levels; a number says how many files are below a folder):\n{outline}";
    }

    /// <summary>A piece of somebody's text as a short line.</summary>
    public string Piece(string text, int most)
    {
        // Secrets are taken out while they are whole.
        var clean = redact(text);
        var line = ForeignText.Name(clean.Length <= 2 * most ? clean : clean[..(2 * most)]).Trim();
        if (line.Length <= most)
            return line;
        return $"{line[..(char.IsHighSurrogate(line[most - 2]) ? most - 2 : most - 1)]}…";
    }

    private static void Add(List<string> parts, string part)
    {
        if (part.Length > 0)
            parts.Add(part);
    }

    private string Kinds(TreeSummary tree, bool isWhole)
    {
        var kinds = tree.Kinds.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal).ToList();
        var words = kinds.Take(MostKinds).Select(kind => $"{Number(kind.Value)} {(kind.Key.Length == 0 ? "without an ending" : Piece(kind.Key, 20))}").ToList();
        var others = kinds.Skip(MostKinds).Sum(kind => kind.Value) + tree.OtherKinds;
        if (others > 0)
            words.Add($"{Number(others)} of other kinds");
        var count = tree.Files == 0 ? "files: none" : $"files: {(isWhole ? "" : "more than ")}{Number(tree.Files)} in {Number(tree.Folders + 1)} {(tree.Folders == 0 ? "folder" : "folders")}: {string.Join(", ", words)}";
        return isWhole ? count : $"{count} (the listing was stopped there)";
    }

    private string Locks(FoundCommands found)
    {
        var locks = found.Manifests.Select(file => (file.Path, Manager: LockFiles.ManagerOf(file.Name))).Where(file => file.Manager is not null).ToList();
        var words = locks.Take(MostLocks).Select(file => $"{file.Manager} ({Piece(file.Path, MaxPath)})").ToList();
        if (locks.Count > MostLocks)
            words.Add($"and {locks.Count - MostLocks} more");
        return words.Count == 0 ? "" : $"package managers, by their files: {string.Join(", ", words)}";
    }

    private string Commands(FoundCommands found, int room)
    {
        if (found.Commands.Count == 0)
            return "commands: no file names one that builds, tests or checks";
        var taken = new List<(CommandPurpose Purpose, string Line)>();
        foreach (var command in found.Commands.Take(MostCommands))
        {
            var line = Line(command);
            room -= Encoding.UTF8.GetByteCount(line) + 1;
            if (room < 0)
                break;
            taken.Add((command.Purpose, line));
        }

        var lines = new List<string> { "commands, each with the file that it was found in:" };
        foreach (var purpose in taken.GroupBy(command => command.Purpose).OrderBy(group => group.Key))
        {
            lines.Add($"{Labels[(int)purpose.Key]}:");
            lines.AddRange(purpose.Select(command => command.Line));
        }

        if (found.Commands.Count > taken.Count)
        {
            var files = found.Commands.Skip(taken.Count).Select(command => command.File).Distinct(StringComparer.Ordinal).ToList();
            lines.Add($"and {found.Commands.Count - taken.Count} more commands, in {string.Join(", ", files.Take(3).Select(file => Piece(file, MaxName)))}{(files.Count > 3 ? $" and {files.Count - 3} more files" : "")}");
        }

        return string.Join('\n', lines);
    }

    private string Line(FoundCommand command)
    {
        var folder = command.Folder.Length == 0 ? "" : $", in {Piece(command.Folder, MaxName)}/";
        var detail = command.Detail.Length == 0 ? "" : $": {Piece(command.Detail, MaxDetail)}";
        return $"  {Piece(command.Text, MaxCommand)}{folder} ({Piece(command.File, MaxPath)}{detail})";
    }

    private string Skipped(FoundCommands found, TreeSummary tree, int room)
    {
        var words = new List<string>();
        foreach (var (path, why) in found.Skipped.Take(MostSkipped))
        {
            var word = $"{Piece(path, MaxName)} ({Piece(why, MaxWhy)})";
            room -= Encoding.UTF8.GetByteCount(word) + 2;
            if (room < 0)
                break;
            words.Add(word);
        }

        var more = found.Skipped.Count - words.Count + tree.MoreWanted;
        if (more > 0)
            words.Add(words.Count > 0 ? $"and {Number(more)} more" : $"{Number(more)} files");
        return words.Count == 0 ? "" : $"not read: {string.Join(", ", words)}";
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
