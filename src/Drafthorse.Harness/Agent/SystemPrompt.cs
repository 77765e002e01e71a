namespace Drafthorse.Harness;

/// <summary>What the system prompt of a new thread is made of, in order: first what every coding agent is told.</summary>
internal sealed class SystemPrompt
{
    private readonly List<Func<RunContext, CancellationToken, ValueTask<string>>> _parts = [(_, _) => ValueTask.FromResult(DefaultInstructions.Text)];

    public void Add(Func<RunContext, CancellationToken, ValueTask<string>> part) => _parts.Add(part);

    public async ValueTask<string> ComposeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        foreach (var part in _parts)
        {
            parts.Add(await part(run, cancellationToken).ConfigureAwait(false));
        }

        return string.Join("\n\n", parts.Where(part => part.Length > 0));
    }
}
