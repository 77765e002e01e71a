using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Skills;

/// <summary>Names skills that cannot be used in a thread's first reply.</summary>
internal sealed class SkillNotes(SkillCatalog catalog) : IAgentMiddleware
{
    private const int Most = 5;

    /// <inheritdoc />
    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(next);
        var isFirst = run.Facts.Steps == 0;
        var outcome = await next(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!isFirst || await catalog.ReadAsync(run, cancellationToken).ConfigureAwait(false) is not { Invalid: { Count: > 0 } invalid })
                return outcome;
            return outcome with { Notes = [.. outcome.Notes, .. invalid.Take(Most).Select(problem => $"A skill cannot be used: {problem}"), .. invalid.Count > Most ? (string[])[$"{invalid.Count - Most} more skills cannot be used: see drafthorse workspace check"] : []] };
        }
        catch (WorkspaceException)
        {
            return outcome;
        }
    }
}
