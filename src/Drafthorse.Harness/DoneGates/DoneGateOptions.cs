namespace Drafthorse.Harness;

/// <summary>What a reply without tool calls has to stand up to before it ends a run that changed files.</summary>
public sealed class DoneGateOptions
{
    /// <summary>Whether to-dos that are not completed are told to the model, word for word (default true).</summary>
    public bool Todos { get; set; } = true;

    /// <summary>Whether background commands that still run are told to the model (default true).</summary>
    public bool BackgroundCommands { get; set; } = true;

    /// <summary>Whether the model is asked four yes/no questions, once, and told when no verify command checked its work (default true).</summary>
    public bool Checklist { get; set; } = true;

    /// <summary>Changed lines below which a change with nothing open is asked no questions (default 20; 0 = none is too small).</summary>
    public int SmallChange { get; set; } = 20;

    /// <summary>Whether a change counts as no small one where nobody can tell how much changed, as in a folder that is no git work tree (default true).</summary>
    public bool AsksWhereNothingIsCounted { get; set; } = true;

    /// <summary>The most messages in one run (default 2, at least 0). More are sent only where more red verifies than that may go back.</summary>
    public int MaxMessages { get; set; } = 2;

    /// <summary>How often a red verify goes back to the model in one run (default 2, 0 to 10). A repository's <c>maxFixRounds</c> counts before it.</summary>
    public int MaxFixRounds { get; set; } = 2;

    /// <summary>Commands that must end with 0, in order, run in the work tree (default none). A repository's <c>verify</c>, which runs on a
    /// clean checkout, counts before them.</summary>
    public IReadOnlyList<string> Verify { get; set; } = [];

    /// <summary>How long one of <see cref="Verify"/> may take (default 30 min; 60 min at most); then it has failed.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Only what keeps work from being handed in goes back: red verifies, and what stands in the way of a commit or a push.</summary>
    internal static DoneGateOptions Off => new() { Todos = false, BackgroundCommands = false, Checklist = false };

    internal DoneGateOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(SmallChange);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxMessages);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxFixRounds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxFixRounds, 10);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CommandTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CommandTimeout, Drafthorse.Sandbox.Exec.ExecRequest.MaxTimeout);
        return this;
    }
}
