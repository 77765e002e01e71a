using System.Diagnostics;
using Drafthorse.Composition;
using Drafthorse.Evaluation.Repositories;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Harness;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Evaluation.Runs;

/// <summary>One repetition: the real agent on a throw-away repository, in a home of its own, and the check of what it committed.</summary>
/// <param name="setup">What all repetitions have in common.</param>
/// <param name="repositories">Makes the repository.</param>
/// <param name="journals">Where journals are kept.</param>
internal sealed class RepetitionRun(EvalSetup setup, TaskRepository repositories, string journals)
{
    private const string Owner = "eval";

    /// <summary>How much longer than its own limit a run may take before it is cut off: a model call, a verify.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Runs it in a folder of its own, which is removed. Throws <see cref="TaskException"/> when the task itself cannot be used.</summary>
    public async Task<RepetitionResult> RunAsync(Repetition repetition, string folder, CancellationToken cancellationToken)
    {
        var result = new RepetitionResult
        {
            Task = repetition.Task.Name,
            Digest = repetition.Task.Digest,
            Variant = repetition.Variant.Label,
            Model = repetition.Variant.ModelName(repetition.Task),
            Repetition = repetition.Number,
            Outcome = RepetitionOutcome.Infrastructure,
            At = DateTimeOffset.UtcNow,
        };
        try
        {
            Directory.CreateDirectory(folder);
            var origin = await repositories.PrepareAsync(repetition.Task, Path.Combine(folder, "origin.git"), cancellationToken);
            await WorkAsync(repetition, origin, folder, result, cancellationToken);
        }
        catch (Exception exception) when (exception is SandboxException or SandboxCallException or WireException or ModelException or ThreadStoreException or LeaseLostException or GitException or IOException or UnauthorizedAccessException)
        {
            (result.Outcome, result.Reason) = (RepetitionOutcome.Infrastructure, exception.Message);
        }
        finally
        {
            WorkFolder.Remove(folder);
        }

        return result;
    }

    private async Task WorkAsync(Repetition repetition, BareRepository origin, string folder, RepetitionResult result, CancellationToken cancellationToken)
    {
        var provider = new ProviderWatch();
        var settings = setup.SettingsAt(Path.Combine(folder, "home"));
        await using var platform = await Platform.BuildAsync(settings, setup.OptionsOf(repetition, provider), cancellationToken);
        try
        {
            var start = await origin.FindCommitAsync(BareRepository.Main, cancellationToken) ?? throw new TaskException("its repository has no commit.");
            var key = $"eval:{repetition.Task.Name}:{Guid.NewGuid():N}";
            var began = Stopwatch.GetTimestamp();
            await RunAgentAsync(platform, repetition, origin, key, cancellationToken);
            result.Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;

            var thread = ThreadId.FromKey(key);
            var end = await RunFigures.AddAsync(platform, thread, result, Path.Combine(journals, $"{repetition.Task.Name}-{Guid.NewGuid().ToString("N")[..8]}.jsonl"), cancellationToken);
            await RemoveSandboxesAsync(platform, cancellationToken);
            if (WhyNothingIsSaid(end, provider) is { } why)
            {
                result.Reason = why;
                return;
            }

            var work = result.Commit is { } commit ? await origin.FindCommitAsync(commit, cancellationToken) : start;
            if (work is null)
                throw new GitException($"the agent's commit {result.Commit} is not in the repository it was pushed to.");
            var bundle = Path.Combine(folder, "check.bundle");
            await new CheckedTree(origin, repetition.Task.Check).WriteBundleAsync(start, work, bundle, cancellationToken);
            var place = platform.Sandbox.Backend.IsIsolated ? "/src/check/work" : Path.Combine(folder, "check", "work");
            await new CheckRun(platform.Sandboxes, place).RunAsync(repetition.Task, bundle, result, cancellationToken);
            if (result.Outcome == RepetitionOutcome.Failed)
                result.Reason = Explain(result, end);
        }
        finally
        {
            await RemoveSandboxesAsync(platform, CancellationToken.None);
        }
    }

    private static async Task RunAgentAsync(Platform platform, Repetition repetition, BareRepository origin, string key, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(repetition.Task.Limits.Time + Grace);
        var message = new AgentMessage
        {
            Text = repetition.Task.Prompt,
            ThreadKey = key,
            Repository = new RepositoryRef("local", Owner, repetition.Task.Name.ToLowerInvariant(), origin.Directory),
        };
        try
        {
            await foreach (var _ in platform.Agent.StreamAsync(message, late.Token))
            {
                // The journal says it all afterwards.
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is pushed by then is checked all the same.
        }
    }

    /// <summary>What the provider or the sandbox did to the run, so that it says nothing of the agent; or null.</summary>
    private static string? WhyNothingIsSaid(RunFinished? end, ProviderWatch provider) => end?.Failure switch
    {
        nameof(FailureKind.Model) when provider.Failure is { } failure => $"the model provider failed: {failure.Message}",
        nameof(FailureKind.Sandbox) => $"the sandbox failed: {end.Reason}",
        _ => null,
    };

    private static string Explain(RepetitionResult result, RunFinished? end) =>
        end is null ? $"the run did not end within its time and was cut off; {result.Reason}"
        : end.Reason.Length > 0 ? $"{result.Reason}; the run ended {end.Outcome}: {end.Reason}"
        : result.Commit is null ? $"{result.Reason}; the agent changed nothing"
        : result.Reason;

    /// <summary>The backend knows only the sandboxes of this repetition's home.</summary>
    private static async Task RemoveSandboxesAsync(Platform platform, CancellationToken cancellationToken)
    {
        foreach (var listing in await platform.Sandbox.Backend.ListAsync(cancellationToken))
            await platform.Sandbox.Backend.RemoveAsync(listing.Sandbox, cancellationToken);
    }
}
