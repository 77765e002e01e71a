using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Resilience;

/// <summary>Repeats a call that failed for a passing reason. When a part of the answer was already handed on, an update with
/// <see cref="ModelProperties.Restart"/> says that it is void.</summary>
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
            var yielded = false;
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
                            yield break;
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
                        if (!CanRetry(failure, attempt))
                        {
                            throw failure;
                        }

                        break;
                    }

                    yielded = true;
                    yield return updates.Current;
                }
            }

            if (yielded)
            {
                yield return RestartOf(failure);
            }

            await Task.Delay(DelayOf(failure, attempt), _time, cancellationToken).ConfigureAwait(false);
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

    private ModelException TimedOut(OperationCanceledException exception)
    {
        var spec = InnerClient.GetService(typeof(ModelSpec)) as ModelSpec;
        return new ModelException(ModelErrorKind.Timeout, $"{spec?.ToString() ?? "The model"} did not finish its answer within {_options.Timeout.TotalSeconds:0} s.", exception)
        {
            Model = spec?.ToString() ?? "",
        };
    }
}
