namespace Drafthorse.Harness.RunTools;

/// <summary>A tool that works with the run that calls it, not with the sandbox.</summary>
/// <param name="name">The name that the model calls.</param>
/// <param name="effect">What it can change.</param>
/// <param name="description">What the model is told.</param>
/// <param name="schema">The JSON schema of the arguments.</param>
internal abstract class RunTool(string name, ToolEffect effect, string description, string schema) : SandboxTool(name, effect, description, schema)
{
    /// <summary>Does the work. Throws <see cref="ArgumentReaderException"/>.</summary>
    public abstract Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken);

    protected sealed override Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken) =>
        Task.FromResult(ToolOutput.Error($"{Name} works in a run of an agent only."));
}
