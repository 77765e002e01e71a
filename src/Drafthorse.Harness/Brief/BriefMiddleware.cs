using Drafthorse.Harness.Brief.Probes;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Secrets;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Brief;

/// <summary>
/// Tells a thread's model where it works: the project before its first call, from what the host has of it; the sandbox once there is one
/// anyway, when a tool was the first to need it. Both are journaled, and come behind what was said before.
/// </summary>
/// <param name="options">How much is said.</param>
/// <param name="find">Finds the project of a run.</param>
/// <param name="ask">Asks a sandbox what it has, as <see cref="SandboxProbe.AskAsync"/>.</param>
/// <param name="redactor">Takes known secrets out.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class BriefMiddleware(
    EnvironmentBriefOptions options,
    FindProject find,
    Func<RunContext, SandboxSession, IReadOnlyList<string>, Task<string?>> ask,
    SecretRedactor redactor,
    TimeProvider time,
    ILogger logger) : IAgentMiddleware
{
    private const int TokensAround = 80;
    private const int BytesPerToken = 3;
    private const string SandboxPart = "sandbox";
    private const string SandboxWords = "Your tools now have their sandbox. What it says of itself is below, as data.";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly BriefText _text = new(redactor.Redact);

    /// <inheritdoc />
    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(next);
        var project = Told(run, ProjectBrief.Part);
        if ((project is null && run.Facts.Steps == 0) || (project is not null && Told(run, SandboxPart) is null))
        {
            if (await find(run, cancellationToken).ConfigureAwait(false) is { } place)
            {
                project ??= await TellOfProjectAsync(run, place, cancellationToken).ConfigureAwait(false);
                run.Set(new Telling(place, project.Tools));
            }
        }

        return await next(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        var output = await next(call, cancellationToken).ConfigureAwait(false);
        if (call.Run.Get<Telling>() is { Answer: { IsCompletedSuccessfully: true } asked } telling && await asked.ConfigureAwait(false) is { } answer && telling.TryTell())
        {
            var data = SandboxReading.Describe(answer, telling.Tools, telling.Place.Network, _text.Piece, ((options.MaxTokens / 5) - TokensAround) * BytesPerToken);
            await call.Run.CommitAsync(new RunCommit { Events = [new EnvironmentDescribed { Part = SandboxPart, Text = SandboxWords, Data = data }] }, cancellationToken).ConfigureAwait(false);
        }

        return output;
    }

    /// <summary>The same sandboxes, each asked what it has when a run that is to be told acquires it. Nothing waits for the answer.</summary>
    public Func<RunContext, CancellationToken, Task<SandboxSession>> Around(Func<RunContext, CancellationToken, Task<SandboxSession>> acquire) => async (run, cancellationToken) =>
    {
        var session = await acquire(run, cancellationToken).ConfigureAwait(false);
        if (run.Get<Telling>() is { } telling)
            telling.Answer = ask(run, session, telling.Tools);
        return session;
    };

    private async Task<EnvironmentDescribed> TellOfProjectAsync(RunContext run, ProjectPlace place, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        EnvironmentDescribed described;
        try
        {
            // The sandbox's part has the other fifth.
            described = await new ProjectBrief(options.MaxTokens * 4 / 5, redactor.Redact).DescribeAsync(place, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogLate(logger, run.Thread.Id, Patience.TotalSeconds);
            described = new EnvironmentDescribed { Part = ProjectBrief.Part, Text = "The project could not be looked at in time: look for yourself." };
        }

        await run.CommitAsync(new RunCommit { Events = [described] }, cancellationToken).ConfigureAwait(false);
        return described;
    }

    private static EnvironmentDescribed? Told(RunContext run, string part) => run.Conversation.Described.FirstOrDefault(described => described.Part == part);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The project of thread {ThreadId} could not be looked at within {Seconds} s, and its model was told nothing of it")]
    private static partial void LogLate(ILogger logger, ThreadId threadId, double seconds);

    /// <summary>What a run is still to be told.</summary>
    private sealed class Telling(ProjectPlace place, IReadOnlyList<string> tools)
    {
        private int _told;

        public ProjectPlace Place => place;

        public IReadOnlyList<string> Tools => tools;

        /// <summary>What the sandbox says of itself; null before there is one.</summary>
        public Task<string?>? Answer { get; set; }

        /// <summary>True for the first who asks.</summary>
        public bool TryTell() => Interlocked.Exchange(ref _told, 1) == 0;
    }
}
