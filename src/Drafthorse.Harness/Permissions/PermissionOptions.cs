using Drafthorse.Harness.Permissions;

namespace Drafthorse.Harness;

/// <summary>
/// Which tool calls are made, which a person is asked about first, and which are not made. A rule is a tool's name, and in parentheses what its
/// argument must look like: <c>delete_file</c>, <c>execute(git push)</c> (the first words of a command), <c>edit(src/**)</c> (any tool that changes
/// files), <c>look_up(name=prod*)</c>. Rules on commands are guard-rails for people; what must hold is held by the sandbox and its gates.
/// </summary>
public sealed class PermissionOptions
{
    /// <summary>Calls that are not made. Wins over all else.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>Calls that a person is asked about; command lines that are not understood are too, where there are rules on commands.</summary>
    public IReadOnlyList<string> Ask { get; init; } = [];

    /// <summary>Calls that are made whatever <see cref="Default"/> says.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary><c>allow</c> (default), <c>ask</c> or <c>deny</c>: what becomes of calls that may change something and that no rule names.</summary>
    public string Default { get; init; } = "allow";

    /// <summary>Whether there is anybody to ask (default true); otherwise what would be asked is refused, with the reason.</summary>
    public bool CanAsk { get; init; } = true;

    /// <summary>Throws <see cref="FormatException"/> for a rule that is none.</summary>
    internal PermissionRules Read() => PermissionReader.Of("this agent", Deny, Ask, Allow, Default);
}
