using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads.Migration;

/// <summary>
/// Moves all threads from one store to another. Most is copied while others work on the source. Then the source is closed: whoever writes to it is told
/// where the threads go. What has changed since is copied, both stores are read and compared, and the target is opened. Leases and tokens move as they are.
/// </summary>
internal sealed class StoreMigration(ThreadStore from, ThreadStore to, TimeProvider timeProvider, Action<string>? progress = null)
{
    private readonly string _moved = new StoreClosure(ClosureReason.Moved, to.Place).Write();
    private readonly string _filling = new StoreClosure(ClosureReason.Filling, from.Place).Write();

    /// <returns>What was moved, and the SHA-256 over all of it.</returns>
    /// <exception cref="MigrationException">It cannot be made, or did not come to its end; the source takes writes again where it did before.</exception>
    /// <exception cref="ThreadStoreException">A store cannot be reached or used.</exception>
    public async Task<(StoreCounts Counts, string Digest)> RunAsync(CancellationToken cancellationToken)
    {
        var isClosed = await BeginAsync(cancellationToken).ConfigureAwait(false);
        if (!isClosed)
            await NewCopy("Copied").BeginAsync(cancellationToken).ConfigureAwait(false);

        try
        {
            if (!isClosed)
                await RequireAsync(from, null, _moved, cancellationToken).ConfigureAwait(false);
            var result = await NewCopy("The source is closed. Compared").FinishAsync(StoreTime.Now(timeProvider), cancellationToken).ConfigureAwait(false);
            await RequireAsync(to, _filling, null, cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (Exception exception) when (exception is MigrationException or ThreadStoreException or OperationCanceledException)
        {
            await ReopenAsync(exception).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives a move up that was cut off: the source takes writes again. What the target has stays there and is of no use.</summary>
    /// <exception cref="MigrationException">There is none, or it had come to its end.</exception>
    public async Task AbandonAsync(CancellationToken cancellationToken)
    {
        if (await to.ReadMarkAsync(StoreClosure.Mark, cancellationToken).ConfigureAwait(false) != _filling)
            throw new MigrationException($"No move from {from.Place} to {to.Place} was cut off: there is nothing to abandon.");
        await from.ExchangeMarkAsync(StoreClosure.Mark, _moved, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Marks the target as being filled. Returns whether the source is closed already, by a move that was cut off.</summary>
    private async Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        var source = await from.ReadMarkAsync(StoreClosure.Mark, cancellationToken).ConfigureAwait(false);
        if (source is not null && source != _moved)
            throw new MigrationException(StoreClosure.Read(source)!.Refuse(from.Place).Message);

        var target = await to.ReadMarkAsync(StoreClosure.Mark, cancellationToken).ConfigureAwait(false);
        if (target == _filling)
            return source is not null;
        if (target is not null)
            throw new MigrationException(StoreClosure.Read(target)!.Refuse(to.Place).Message);
        if (!await StoreCopy.IsEmptyAsync(to, cancellationToken).ConfigureAwait(false))
        {
            throw new MigrationException(source is null
                ? $"{Sentence(to.Place)} has threads of its own. Name an empty store."
                : $"The threads of {from.Place} were moved to {to.Place} before.");
        }

        await RequireAsync(to, null, _filling, cancellationToken).ConfigureAwait(false);

        // One store by two addresses closes itself.
        if (await from.ReadMarkAsync(StoreClosure.Mark, cancellationToken).ConfigureAwait(false) == _filling)
        {
            await to.ExchangeMarkAsync(StoreClosure.Mark, _filling, null, CancellationToken.None).ConfigureAwait(false);
            throw new MigrationException($"{Sentence(from.Place)} and {to.Place} are the same store.");
        }

        return source is not null;
    }

    private async Task ReopenAsync(Exception exception)
    {
        try
        {
            // Only while the target is closed: else both would take writes.
            if (await to.ReadMarkAsync(StoreClosure.Mark, CancellationToken.None).ConfigureAwait(false) == _filling)
                await from.ExchangeMarkAsync(StoreClosure.Mark, _moved, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ThreadStoreException again)
        {
            throw new MigrationException($"{exception.Message} {Sentence(from.Place)} is still closed, for {again.Message} Run the same command again to go on, or with --abandon to open it.");
        }
    }

    private StoreCopy NewCopy(string verb) => new(from, to, counts => progress?.Invoke($"{verb} {counts}"));

    private static async Task RequireAsync(ThreadStore store, string? expected, string? value, CancellationToken cancellationToken)
    {
        if (!await store.ExchangeMarkAsync(StoreClosure.Mark, expected, value, cancellationToken).ConfigureAwait(false))
            throw new MigrationException($"Somebody else moves threads of {store.Place} now.");
    }

    private static string Sentence(string place) => char.ToUpperInvariant(place[0]) + place[1..];
}
