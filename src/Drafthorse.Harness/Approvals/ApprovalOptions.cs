namespace Drafthorse.Harness;

/// <summary>How people are asked to decide.</summary>
public sealed class ApprovalOptions
{
    /// <summary>How long an approval waits for an answer before it counts as rejected (default 7 days, at least a minute).</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Whether nobody may approve what was done at their own request (default false). They may still reject it.</summary>
    public bool TwoPersons { get; set; }

    internal ApprovalOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Lifetime, TimeSpan.FromMinutes(1));
        return this;
    }

    internal string WhoMay => TwoPersons
        ? "a maintainer who did not ask for the work (who asked may reject)"
        : "who asked for the work, or a maintainer";
}
