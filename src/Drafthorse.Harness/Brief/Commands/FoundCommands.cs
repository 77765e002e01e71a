using System.Text.Json;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Drafts.Settings;

namespace Drafthorse.Harness.Brief.Commands;

/// <summary>The commands that a project's files name, those that matter most first, and the files that could not be asked.</summary>
internal sealed class FoundCommands
{
    private const int MaxRead = 60;

    private readonly List<FoundCommand> _commands = [];
    private readonly List<(string Path, string Why)> _skipped = [];

    /// <summary>The commands: of each file the first of each purpose before the further ones. Each is there once, with all files that name it.</summary>
    public IReadOnlyList<FoundCommand> Commands { get; private set; } = [];

    /// <summary>Files that were not read, and why.</summary>
    public IReadOnlyList<(string Path, string Why)> Skipped => _skipped;

    /// <summary>All files that say how the project is built; those that could not be read have no text.</summary>
    public IReadOnlyList<Manifest> Manifests { get; private set; } = [];

    /// <param name="tree">The project.</param>
    /// <param name="wanted">Its files that say how it is built.</param>
    /// <param name="settings">The settings that count where the project's own do not: those of the base branch. Null: its own do.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FoundCommands> FindAsync(ProjectTree tree, IReadOnlyList<TreeEntry> wanted, RepositorySettings? settings, CancellationToken cancellationToken)
    {
        var found = new FoundCommands();
        var files = found.WithoutLinks(wanted);
        var texts = (await tree.ReadAsync([.. files.Where(Manifest.IsRead).Take(MaxRead)], cancellationToken).ConfigureAwait(false)).ToDictionary(file => file.Path, StringComparer.Ordinal);
        var manifests = new List<Manifest>();
        foreach (var entry in files)
        {
            var text = !Manifest.IsRead(entry) ? new TreeFile(entry.Path, "") : texts.GetValueOrDefault(entry.Path) ?? new TreeFile(entry.Path, null, "enough was read before it");
            manifests.Add(new Manifest(entry.Path, text.Text ?? ""));
            if (text.Text is null)
                found._skipped.Add((entry.Path, text.Why));
        }

        found.Manifests = manifests;
        found.Find(settings);
        found.Commands = Merge(found._commands);
        return found;
    }

    private List<TreeEntry> WithoutLinks(IReadOnlyList<TreeEntry> wanted)
    {
        _skipped.AddRange(wanted.Where(entry => entry.Kind != TreeEntryKind.File).Select(entry => (entry.Path, entry.Kind == TreeEntryKind.Link ? "it is a link, which is not followed" : "it is another repository")));
        return [.. wanted.Where(entry => entry.Kind == TreeEntryKind.File)];
    }

    private void Find(RepositorySettings? settings)
    {
        if (settings is not null)
            AddSettings(settings);
        foreach (var file in Manifests.OrderByDescending(file => file.Path is RepositorySettings.FileName or "AGENTS.md"))
        {
            try
            {
                _commands.AddRange(OfFile(file, settings is not null));
            }
            catch (JsonException)
            {
                _skipped.Add((file.Path, "it is no valid JSON"));
            }
            catch (FormatException exception)
            {
                _skipped.Add((file.Path, exception.Message));
            }
        }

        _commands.AddRange(DotnetCommands.Find(Manifests));
        _commands.AddRange(PythonCommands.Find(Manifests));
    }

    private IEnumerable<FoundCommand> OfFile(Manifest file, bool hasSettings)
    {
        if (file.Text.Length == 0)
            return PlainCommands.Find(file, Manifests);
        if (Manifest.IsWorkflow(file.Path))
            return WorkflowCommands.Find(file);
        switch (file.Name)
        {
            case RepositorySettings.FileName when file.Folder.Length == 0 && !hasSettings:
                ReadSettings(file);
                return [];
            case "AGENTS.md" when file.Folder.Length == 0:
                return InstructionCommands.Find(file);
            case "package.json":
                return NodeCommands.Find(file, Manifests);
            case "Makefile" or "makefile" or "GNUmakefile":
                return MakeCommands.Find(file);
            default:
                return PlainCommands.Find(file, Manifests);
        }
    }

    private void ReadSettings(Manifest file)
    {
        try
        {
            AddSettings(RepositorySettings.Parse(file.Text));
        }
        catch (RepositorySettingsException exception)
        {
            _skipped.Add((file.Path, exception.Mistakes[0].Message));
        }
    }

    private void AddSettings(RepositorySettings settings)
    {
        _commands.AddRange(settings.Setup.Select(command => new FoundCommand(CommandPurpose.Setup, command, RepositorySettings.FileName)));
        _commands.AddRange(settings.Verify.Select(command => new FoundCommand(CommandPurpose.Verify, command, RepositorySettings.FileName)));
    }

    private static List<FoundCommand> Merge(List<FoundCommand> commands)
    {
        var once = commands.GroupBy(command => (command.Purpose, command.Text, command.Folder))
            .Select(same => same.First() with { File = string.Join(", ", same.Select(command => command.File).Distinct(StringComparer.Ordinal).Take(3)) }).ToList();
        var ranks = new Dictionary<(string, CommandPurpose), int>();
        return [.. once.Select(command => (Command: command, Rank: ranks[(command.File, command.Purpose)] = ranks.GetValueOrDefault((command.File, command.Purpose), -1) + 1))
            .OrderBy(ranked => ranked.Command.Purpose is CommandPurpose.Verify or CommandPurpose.Setup ? -1 : ranked.Rank)
            .Select(ranked => ranked.Command)];
    }
}
