namespace Drafthorse.Harness.GitGateway.Push.Leaving;

/// <summary>Something in a push that a person should see before it leaves.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">What was found, in words that show nothing of a secret: "a private key in line 3".</param>
internal sealed record PushFinding(string Path, string Reason)
{
    /// <summary>The reason for paths that decide what runs with the organization's rights.</summary>
    public const string Protected = "a protected path, which decides what runs with the organization's rights or who approves";

    private const int MaxNamed = 10;

    /// <summary>In one line.</summary>
    public string Line => $"{Printable.Line(Path, 120)}: {Reason}";

    /// <summary>The refusal of a push with these.</summary>
    public static PushRefusal Refuse(IReadOnlyList<PushFinding> findings)
    {
        var more = findings.Count > MaxNamed ? $" and {findings.Count - MaxNamed} more" : "";
        return new PushRefusal(
            $"a person has to agree before this leaves: {string.Join("; ", findings.Take(MaxNamed).Select(finding => finding.Line))}{more}. Take what does not belong into the repository out of your commits (also of earlier ones); or do not push: "
            + "when you are done, code pushes the rest and asks people about these.")
        {
            Findings = findings,
        };
    }
}
