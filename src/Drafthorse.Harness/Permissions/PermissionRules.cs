namespace Drafthorse.Harness.Permissions;

/// <summary>The rules of one place: the server's, the workspace's, or a repository's.</summary>
internal sealed record PermissionRules
{
    /// <summary>The most rules of one kind.</summary>
    public const int MaxRules = 200;

    /// <summary>Whose they are, such as "the server".</summary>
    public required string Source { get; init; }

    public IReadOnlyList<PermissionRule> Deny { get; init; } = [];

    public IReadOnlyList<PermissionRule> Ask { get; init; } = [];

    public IReadOnlyList<PermissionRule> Allow { get; init; } = [];

    /// <summary>What becomes of calls that may change something and that no rule names.</summary>
    public PermissionVerdict Default { get; init; }

    /// <summary>Whether anything is said at all.</summary>
    public bool IsEmpty => Deny.Count + Ask.Count + Allow.Count == 0 && Default == PermissionVerdict.Allow;

    /// <summary>Judges a call: deny before ask before allow before the default.</summary>
    public PermissionJudgement Judge(JudgedCall call)
    {
        if (call.Command is { } line && Commands(call).Any())
            return CommandJudge.Judge(this, call, line);
        return Find(Deny, PermissionVerdict.Deny, call) ?? Find(Ask, PermissionVerdict.Ask, call) ?? (Allow.Any(rule => call.IsMeant(rule, all: true) == true) ? PermissionJudgement.Allowed : OfDefault(call.Effect));
    }

    /// <summary>The words for a rule.</summary>
    public PermissionJudgement By(PermissionRule rule, PermissionVerdict verdict) => new(verdict, $"the rule {Name(verdict)} {rule.Text} of {Source}");

    /// <summary>What becomes of what no rule names. Reads need no leave.</summary>
    public PermissionJudgement OfDefault(ToolEffect effect) => effect == ToolEffect.Read || Default == PermissionVerdict.Allow
        ? PermissionJudgement.Allowed
        : new(Default, $"{Source}, where no rule allows it (default: {Name(Default)})");

    /// <summary>The rules on commands that hold for a call.</summary>
    public IEnumerable<PermissionRule> Commands(JudgedCall call) => Deny.Concat(Ask).Concat(Allow).Where(rule => rule.Command is not null && rule.IsAbout(call.Tool));

    public static string Name(PermissionVerdict verdict) => verdict switch
    {
        PermissionVerdict.Allow => "allow",
        PermissionVerdict.Ask => "ask",
        _ => "deny",
    };

    /// <summary>The first rule that means a call; one that may mean it, but whose argument cannot be read, has a person look.</summary>
    private PermissionJudgement? Find(IReadOnlyList<PermissionRule> rules, PermissionVerdict verdict, JudgedCall call)
    {
        PermissionJudgement? perhaps = null;
        foreach (var rule in rules)
        {
            switch (call.IsMeant(rule, all: false))
            {
                case true:
                    return By(rule, verdict);
                case null:
                    perhaps ??= new(PermissionVerdict.Ask, $"{By(rule, verdict).Reason}, and it cannot be told whether it holds for this call");
                    break;
            }
        }

        return perhaps;
    }
}
