namespace Drafthorse.Harness.Permissions;

/// <summary>What is to become of a tool call; the greater one is the stricter.</summary>
internal enum PermissionVerdict
{
    /// <summary>It is made.</summary>
    Allow,

    /// <summary>A person is asked first.</summary>
    Ask,

    /// <summary>It is not made.</summary>
    Deny,
}

/// <summary>A verdict, and the rule or the reason that it follows from.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">A clause such as "the rule deny execute(git push) of the server"; empty for what is simply allowed.</param>
internal readonly record struct PermissionJudgement(PermissionVerdict Verdict, string Reason)
{
    public static PermissionJudgement Allowed { get; } = new(PermissionVerdict.Allow, "");

    /// <summary>The stricter of two; the first of equal ones.</summary>
    public PermissionJudgement Or(PermissionJudgement other) => other.Verdict > Verdict ? other : this;
}
