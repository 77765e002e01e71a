using System.Runtime.CompilerServices;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Resilience;

/// <summary>Repeats a call that failed for a passing reason. Before each further attempt an update with <see cref="ModelProperties.Restart"/>
/// says why, and that what was handed on of the answer is void.</summary>
internal sealed class RetryingChatClient(IChatClient innerClient, RetryOptions? options = null, TimeProvider? time = null)
    : StreamingDecorator(innerClient)
{
    private readonly RetryOptions _options = options ?? new RetryOptions();
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            ModelException? failure = null;
            var ended = "";
            using var deadline = new CancellationTokenSource(_options.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            var updates = InnerClient.GetStreamingResponseAsync(messages, options, either.Token).GetAsyncEnumerator(either.Token);
            await using (updates.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await updates.MoveNextAsync().ConfigureAwait(false))
                        {
                            break;
                        }
                    }
                    catch (ModelException exception) when (CanRetry(exception, attempt))
                    {
                        failure = exception;
                        break;
                    }
                    catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                    {
                        failure = TimedOut(exception);
                        break;
                    }

                    ended = updates.Current.FinishReason?.Value ?? ended;
                    yield return updates.Current;
                }
            }

            failure ??= FinishReasons.IsFailure(ended) ? EndedBecause(ended) : null;
            if (failure is null)
            {
                yield break;
            }

            if (!CanRetry(failure, attempt))
            {
                throw failure;
            }

            var delay = DelayOf(failure, attempt);
            yield return RestartOf(failure, new ModelRetry(attempt + 1, _options.MaxAttempts, delay));
            await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool CanRetry(ModelException exception, int attempt) =>
        exception.IsTransient && attempt < _options.MaxAttempts && !(exception.RetryAfter > _options.MaxRetryAfter);

    private TimeSpan DelayOf(ModelException failure, int attempt)
    {
        if (failure.RetryAfter is { } asked)
        {
            return asked;
        }

        var delay = _options.MinDelay * Math.Pow(2, attempt - 1) * (1 + _options.Random());
        return delay < _options.MaxDelay ? delay : _options.MaxDelay;
    }

    private string Model => (InnerClient.GetService(typeof(ModelSpec)) as ModelSpec)?.ToString() ?? "";

    private ModelException TimedOut(OperationCanceledException exception) =>
        new(ModelErrorKind.Timeout, $"{Named} did not finish its answer within {_options.Timeout.TotalMinutes:0.##} min.", exception) { Model = Model };

    /// <summary>Some providers end an answer as if it were whole, and say only by the reason that they failed.</summary>
    private ModelException EndedBecause(string reason) =>
        new(ModelErrorKind.Unavailable, $"{Named} ended its answer before it was whole: {FinishReasons.Read(reason)}. Try again later or set DRAFTHORSE_FALLBACK_MODELS.") { Model = Model };

    private string Named => Model is { Length: > 0 } model ? model : "The model";
}
