using System.Runtime.CompilerServices;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>Reads a sequence that never ends until something else has happened.</summary>
internal static class TakeUntil
{
    public static async IAsyncEnumerable<T> TakeUntilAsync<T>(this IAsyncEnumerable<T> source, Task end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var items = source.GetAsyncEnumerator(stop.Token);
        while (true)
        {
            var next = items.MoveNextAsync().AsTask();
            if (await Task.WhenAny(next, end) == end && !next.IsCompleted)
            {
                await stop.CancelAsync();
                await next.ContinueWith(_ => { }, TaskScheduler.Default);
                yield break;
            }

            if (!await next)
                yield break;
            yield return items.Current;
        }
    }
}
