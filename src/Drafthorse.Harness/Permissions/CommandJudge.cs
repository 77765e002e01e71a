using Drafthorse.Harness.Permissions.Shell;

namespace Drafthorse.Harness.Permissions;

/// <summary>
/// Judges a command line by the rules of one place: its simple commands one by one, the strictest counts. What is not understood is never
/// allowed: a person looks at it, unless a rule denies it. A guard-rail for people; what must hold is held by the gates.
/// </summary>
internal static class CommandJudge
{
    public static PermissionJudgement Judge(PermissionRules rules, JudgedCall call, ShellLine line)
    {
        if (line.Unknown is { } what)
            return Bare(rules.Deny, call) is { } denied ? rules.By(denied, PermissionVerdict.Deny) : NotUnderstood(rules, what).Or(rules.OfDefault(call.Effect));
        return line.Commands.Aggregate(PermissionJudgement.Allowed, (worst, command) => worst.Or(Judge(rules, call, command)));
    }

    private static PermissionJudgement Judge(PermissionRules rules, JudgedCall call, IReadOnlyList<ShellWord> command)
    {
        var worst = PermissionJudgement.Allowed;
        foreach (var (verdict, list) in new[] { (PermissionVerdict.Deny, rules.Deny), (PermissionVerdict.Ask, rules.Ask) })
        {
            foreach (var rule in list.Where(rule => rule.IsAbout(call.Tool)))
            {
                worst = worst.Or(rule.Command is null && rule.Value is null || rule.Command?.Match(command) == true ? rules.By(rule, verdict)
                    : rule.Command?.Match(command) is null && rule.Command is not null ? new(PermissionVerdict.Ask, $"{rules.By(rule, verdict).Reason}, and the words of the command do not tell whether it holds")
                    : PermissionJudgement.Allowed);
            }
        }

        if (OpaqueCommands.WhyNot(command) is { } what)
            return worst.Or(NotUnderstood(rules, what)).Or(rules.OfDefault(call.Effect));
        if (worst.Verdict > PermissionVerdict.Allow || rules.Allow.Any(rule => rule.IsAbout(call.Tool) && (rule.Value is null || rule.Command?.Match(command) == true)))
            return worst;
        return rules.OfDefault(call.Effect);
    }

    private static PermissionRule? Bare(IReadOnlyList<PermissionRule> rules, JudgedCall call) => rules.FirstOrDefault(rule => rule.Value is null && rule.IsAbout(call.Tool));

    private static PermissionJudgement NotUnderstood(PermissionRules rules, string what) =>
        new(PermissionVerdict.Ask, $"{rules.Source}, which has rules on commands, and {what} in this command line is not understood");
}
