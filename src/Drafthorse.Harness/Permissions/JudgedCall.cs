using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Permissions.Shell;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Permissions;

/// <summary>A tool call as rules see it.</summary>
internal sealed class JudgedCall
{
    private static readonly string[] PathNames = ["path", "file_path", "filename", "file", "directory", "folder"];
    private static readonly string[] OtherNames = ["url", "query", "name", "content", "task", "method"];
    private static readonly string[] PatchLines = ["*** Add File:", "*** Update File:", "*** Delete File:", "*** Move to:"];

    private readonly IReadOnlyDictionary<string, object?> _arguments;
    private readonly string _folder;
    private readonly Lazy<(IReadOnlyList<string> Values, bool ArePaths)> _main;

    /// <param name="tool">The tool's name.</param>
    /// <param name="effect">What it can change.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where relative paths begin.</param>
    public JudgedCall(string tool, ToolEffect effect, IReadOnlyDictionary<string, object?> arguments, string? folder)
    {
        (Tool, Effect, _arguments, _folder) = (tool, effect, arguments, folder ?? "/");
        _main = new(FindMain);
        Command = tool == ExecuteTool.ToolName ? ReadCommand() : null;
    }

    public string Tool { get; }

    public ToolEffect Effect { get; }

    /// <summary>The command line, for the tool that runs commands.</summary>
    public ShellLine? Command { get; }

    /// <summary>Whether a rule means the call; null where its argument cannot be read.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="all">Whether all values must be meant, not one of them.</param>
    public bool? IsMeant(PermissionRule rule, bool all)
    {
        if (!rule.IsAbout(Tool))
            return false;
        if (rule.Value is null)
            return true;
        if (rule.Argument is { } name)
            return ValueOf(name) is { } value && rule.IsMatch(value, isPath: false);
        var (values, arePaths) = _main.Value;
        if (values.Count == 0)
            return arePaths ? null : false;
        return all ? values.All(value => rule.IsMatch(value, arePaths)) : values.Any(value => rule.IsMatch(value, arePaths));
    }

    private ShellLine ReadCommand()
    {
        try
        {
            return ShellReader.Read(CommandArgument.Of(new ArgumentReader(Tool, new AIFunctionArguments(_arguments.ToDictionary(StringComparer.Ordinal)))));
        }
        catch (ArgumentReaderException)
        {
            return ShellLine.NotUnderstood("an argument that is no command");
        }
    }

    /// <summary>What rules without an argument's name are about. For a patch all the files that it names; none of them read = not known.</summary>
    private (IReadOnlyList<string> Values, bool ArePaths) FindMain()
    {
        if (Tool == "apply_patch")
        {
            var patch = ValueOf("patch") ?? ValueOf("input") ?? "";
            return ([.. patch.Split('\n').Select(line => line.Trim()).Where(line => PatchLines.Any(begin => line.StartsWith(begin, StringComparison.Ordinal)))
                .Select(line => Normal(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()))], true);
        }

        if (PathNames.Select(ValueOf).FirstOrDefault(value => value is not null) is { } path)
            return ([Normal(path)], true);
        return OtherNames.Select(ValueOf).FirstOrDefault(value => value is not null) is { } other ? ([other], false) : ([], false);
    }

    private string? ValueOf(string name) => _arguments.GetValueOrDefault(name) switch
    {
        null => null,
        string text => text,
        JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        JsonElement { ValueKind: JsonValueKind.String } element => element.Text(),
        JsonElement element => element.GetRawText(),
        var other => other.ToString(),
    };

    /// <summary>A path by its names alone, from the folder that work is in. Links are not looked at.</summary>
    private string Normal(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            return path;
        var whole = Path.GetFullPath(path, _folder);
        return whole.StartsWith(_folder.TrimEnd('/') + "/", StringComparison.Ordinal) ? whole[(_folder.TrimEnd('/').Length + 1)..] : whole.TrimStart('/');
    }
}
