using Drafthorse.Harness.Text;

namespace Drafthorse.Harness;

/// <summary>Budgets in words for people, by their scopes (<c>user:github:ada:2026-11-29</c>).</summary>
internal static class BudgetWords
{
    public static string Of(string scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var (kind, rest) = scope.StartsWith("tokens:", StringComparison.Ordinal) ? ("token budget", scope["tokens:".Length..]) : ("budget", scope);
        var end = rest.LastIndexOf(':');
        return rest.Split(':', 2) switch
        {
            ["thread", _] => $"the {kind} of this thread",
            ["organization", _] => $"today's {kind} of the organization",
            ["user", var who] when end > "user:".Length => $"today's {kind} of {PersonNames.Of(who[..(end - "user:".Length)])}",
            ["repository", var which] when end > "repository:".Length => $"today's {kind} of {which[(which.IndexOf('/', StringComparison.Ordinal) + 1)..(end - "repository:".Length)]}",
            _ => $"the {kind} {scope}",
        };
    }
}
