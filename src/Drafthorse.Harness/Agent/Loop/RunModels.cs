using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>The model that a run calls now: the one that a person chose for the thread, else the agent's own. A choice counts from the
/// next call on.</summary>
internal sealed class RunModels(RunContext run, AgentOptions options)
{
    /// <summary>What it is called by; also finds its window and price.</summary>
    public string Name => Chosen ?? options.Model;

    public ModelInfo Info => options.FindModel(Name);

    /// <summary>All that may answer a call, for the most that it can cost.</summary>
    public IReadOnlyList<ModelInfo> Payable =>
        [Info, .. options.Fallbacks.Select(options.FindModel), .. options.Summarizer is { } summarizer ? [options.FindModel(summarizer.Name)] : Array.Empty<ModelInfo>()];

    /// <summary>Who makes a call, and its name. Throws <see cref="ModelException"/> when the chosen model cannot be used.</summary>
    public (IChatClient Client, string Name) For(ModelCallPurpose purpose) =>
        purpose == ModelCallPurpose.Summary && options.Summarizer is { } summarizer ? summarizer : (Client, Name);

    private IChatClient Client => Chosen is { } chosen ? options.CreateClient!(chosen) : options.Client;

    private string? Chosen => options.CreateClient is not null && run.Facts.Model is { } model && model != options.Model ? model : null;
}
