namespace Drafthorse.Harness;

/// <summary>What the system prompt of a new thread is made of, in order: first how agents work, and what is only data to them.</summary>
internal sealed class SystemPrompt
{
    private readonly List<Func<RunContext, CancellationToken, ValueTask<string>>> _parts = [];

    /// <summary>How the agent works.</summary>
    public string Work { get; set; } = DefaultInstructions.Work;

    public void Add(Func<RunContext, CancellationToken, ValueTask<string>> part) => _parts.Add(part);

    public async ValueTask<string> ComposeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var parts = new List<string> { Work, DefaultInstructions.Material };
        foreach (var part in _parts)
        {
            parts.Add(await part(run, cancellationToken).ConfigureAwait(false));
        }

        return string.Join("\n\n", parts.Where(part => part.Length > 0));
    }
}
