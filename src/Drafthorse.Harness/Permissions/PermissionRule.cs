using System.Diagnostics.CodeAnalysis;
using Drafthorse.Harness.Permissions.Shell;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Harness.Permissions;

/// <summary>
/// One rule as people write it: a tool's name, and behind it in parentheses what its argument must look like: <c>delete_file</c>,
/// <c>execute(git push)</c>, <c>edit(src/**)</c>, <c>http_request(method=POST)</c>. A star in a name or a value stands for anything.
/// </summary>
internal sealed class PermissionRule
{
    public const int MaxLength = 300;
    private const string Edit = "edit";

    private static readonly string[] EditTools = ["write_file", "edit_file", "apply_patch", "delete_file"];

    private readonly NamePattern _tools;
    private readonly NamePattern? _values;
    private readonly GlobPattern? _path;

    private PermissionRule(string text, string tool, string? argument, string? value, GlobPattern? path)
    {
        (Text, Tool, Argument, Value, _path) = (text, tool, argument, value, path);
        (_tools, _values) = (NamePattern.OfStars(tool), value is null ? null : NamePattern.OfStars(value));
        Command = tool == ExecuteTool.ToolName && argument is null && value is not null ? CommandPattern.Of(value) : null;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public string Tool { get; }

    /// <summary>The argument that is compared, or null: the tool's command, path or address.</summary>
    public string? Argument { get; }

    /// <summary>What the argument must look like, or null: whatever it is.</summary>
    public string? Value { get; }

    /// <summary>The command that is meant, for rules on commands.</summary>
    public CommandPattern? Command { get; }

    /// <summary>Reads a rule; says what is wrong with one that is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PermissionRule? rule, [NotNullWhen(false)] out string? wrong)
    {
        (rule, wrong) = (null, null);
        text = text.Trim();
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var tool = open < 0 ? text : text[..open].TrimEnd();
        var inner = open < 0 ? null : text[(open + 1)..].TrimEnd();
        if (text.Length is 0 or > MaxLength)
            wrong = $"a rule has 1 to {MaxLength} characters";
        else if (tool.Length == 0 || !tool.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '*'))
            wrong = $"a rule begins with a tool's name, such as execute(git push) or delete_file; '{tool}' is none";
        else if (inner is not null && (inner.Length < 2 || inner[^1] != ')' || string.IsNullOrWhiteSpace(inner[..^1])))
            wrong = "what stands in parentheses must not be empty, and the last parenthesis ends the rule";
        else
            rule = Read(text, tool, inner?[..^1].Trim(), ref wrong);
        return rule is not null;
    }

    /// <summary>Whether it is about a tool.</summary>
    public bool IsAbout(string tool) => Tool == Edit ? Array.IndexOf(EditTools, tool) >= 0 : _tools.IsMatch(tool);

    /// <summary>Whether a value of the argument is meant.</summary>
    public bool IsMatch(string value, bool isPath) => _values is null
        || (isPath && _path is not null ? _path.IsMatch(value.ToUpperInvariant()) : _values.IsMatch(value));

    private static PermissionRule? Read(string text, string tool, string? inner, ref string? wrong)
    {
        var equals = inner?.IndexOf('=', StringComparison.Ordinal) ?? -1;
        var isNamed = equals > 0 && inner![..equals].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
        var (argument, value) = isNamed && tool != ExecuteTool.ToolName ? (inner![..equals], inner[(equals + 1)..].Trim()) : (null, inner);
        try
        {
            return new PermissionRule(text, tool, argument, value, value is null ? null : GlobPattern.Of(value.TrimStart('/').ToUpperInvariant()));
        }
        catch (FileException exception)
        {
            wrong = exception.Message;
            return null;
        }
    }
}
