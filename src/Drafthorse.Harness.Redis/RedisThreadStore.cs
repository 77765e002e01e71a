using System.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using StackExchange.Redis;

namespace Drafthorse.Harness.Redis;

/// <summary>
/// Threads in Redis (7.0 or later), shared by any number of replicas. An operation is one script that reads and one that writes if what was read is
/// still so. All keys are in one slot. What a crash of the server may lose is what its <c>appendfsync</c> says.
/// </summary>
public sealed class RedisThreadStore : ThreadStore
{
    private const int MostConflicts = 200;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private const string Channel = "{drafthorse}:changes";

    internal static readonly string LoadScript = ReadScript("load.lua");
    internal static readonly string ChangeScript = ReadScript("change.lua");
    private static readonly string ScanScript = ReadScript("scan.lua");

    private readonly RedisThreadStoreOptions _options;
    private readonly ConfigurationOptions _configuration;
    private readonly TimeProvider? _timeProvider;
    private readonly string _place;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private Task _looking = Task.CompletedTask;
    private volatile ConnectionMultiplexer? _connection;

    /// <summary>A store that connects when it is first used.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="timeProvider">The store's clock; null = the server's, as it must be with several replicas.</param>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    public RedisThreadStore(RedisThreadStoreOptions options, TimeProvider? timeProvider = null)
        : base(timeProvider ?? TimeProvider.System)
    {
        ArgumentNullException.ThrowIfNull(options);
        _configuration = RedisAddress.Parse(options.Address);
        (_options, _timeProvider) = (options, timeProvider);
        _place = $"the {Describe(options.Address)}";
    }

    /// <summary>What the server's settings mean for the threads, where they mean something that one should know; null = nothing.</summary>
    public string? Warning { get; private set; }

    /// <summary>What the address names, for people: neither user nor password.</summary>
    /// <exception cref="FormatException">The address cannot be read; the message says why.</exception>
    public static string Describe(string address) => $"Redis server at {string.Join(", ", RedisAddress.Parse(address).EndPoints.Select(RedisServers.Name))}";

    /// <summary>The password in an address, so that it can be kept out of what models and journals see; null = there is none.</summary>
    /// <exception cref="FormatException">The address cannot be read; the message says why.</exception>
    public static string? FindPassword(string address) => RedisAddress.Parse(address).Password;

    /// <summary>Connects now, so that what is wrong is told at once.</summary>
    /// <exception cref="ThreadStoreException">The server cannot be reached or used; the message names cause and cure.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null)
            return;

        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_connection is not null)
                return;

            var connection = await ConnectionMultiplexer.ConnectAsync(_configuration).ConfigureAwait(false);
            try
            {
                Warning = await RedisServers.CheckAsync(connection, _place).ConfigureAwait(false);
                await RedisServers.CheckVersionAsync(connection.GetDatabase(), _place).ConfigureAwait(false);
                await connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal(Channel), (_, news) => Hear((string)news!)).ConfigureAwait(false);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            // What was said while the connection was cut was not heard.
            connection.ConnectionRestored += (_, _) => Signal.RaiseAll();
            _connection = connection;
            _looking = LookAgainAsync();
        }
        catch (RedisException exception)
        {
            throw RedisErrors.ToStoreError(exception, _place);
        }
        finally
        {
            _connecting.Release();
        }
    }

    internal override string Kind => "redis";

    internal override string Place => _place;

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        Signal.RaiseAll();
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);
        _connecting.Dispose();
        _closing.Dispose();
    }

    private protected override Task<T> ReadAsync<T>(StoreReads reads, Func<StoreTables, T> read, CancellationToken cancellationToken) =>
        RetryAsync(async _ =>
        {
            var tables = new LoadedTables(reads);
            await LoadAsync(tables, null, cancellationToken).ConfigureAwait(false);
            return (true, read(tables));
        }, cancellationToken);

    private protected override async Task<T> WriteAsync<T>(StoreReads reads, Func<StoreTables, T> operation, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        var result = default(T)!;
        IReadOnlyList<Change> changes = [];
        await RetryAsync(async mayBeDone =>
        {
            var tables = new LoadedTables(reads);
            var load = await LoadAsync(tables, mayBeDone ? id : null, cancellationToken).ConfigureAwait(false);
            if (load.IsDone)
                return (true, true);

            result = operation(tables);
            changes = [.. tables.Changes];
            return (tables.Written.IsEmpty || await ChangeAsync(tables, load, id, changes).ConfigureAwait(false), true);
        }, cancellationToken).ConfigureAwait(false);
        Signal.Raise(changes);
        return result;
    }

    private async Task<RedisLoad> LoadAsync(LoadedTables tables, string? operation, CancellationToken cancellationToken)
    {
        var load = new RedisLoad(tables);
        var ask = RedisLoad.Ask(tables.Reads, _timeProvider is null ? null : StoreTime.Now(_timeProvider), operation);
        if (tables.Reads.Scan is { } scan)
            tables.Scanned = RedisArchive.Read(scan, await _connection!.GetDatabase().ScriptEvaluateAsync(ScanScript, [Channel], [RedisArchive.Ask(scan)]).WaitAsync(cancellationToken).ConfigureAwait(false));
        else
            load.Read(await _connection!.GetDatabase().ScriptEvaluateAsync(LoadScript, [Channel], [ask]).WaitAsync(cancellationToken).ConfigureAwait(false));
        return load;
    }

    // Not cancelled: an operation that was asked for is done or not done, never unknown.
    private async Task<bool> ChangeAsync(LoadedTables tables, RedisLoad load, string id, IReadOnlyList<Change> changes)
    {
        var news = changes.Count == 0 ? null : ChangeNews.Write(changes);
        try
        {
            return (int)await _connection!.GetDatabase().ScriptEvaluateAsync(ChangeScript, [Channel], [RedisChange.Write(tables, load, id, news)]).ConfigureAwait(false) == 1;
        }
        catch (Exception exception) when (RedisErrors.IsPassing(exception))
        {
            throw new UnknownOutcomeException(exception);
        }
    }

    /// <summary>Tries until it is done: again at once when somebody was faster, and for a while when the server cannot be reached.</summary>
    private async Task<T> RetryAsync<T>(Func<bool, Task<(bool IsDone, T Result)>> attempt, CancellationToken cancellationToken)
    {
        var (started, conflicts, mayBeDone) = (Environment.TickCount64, 0, false);
        while (true)
        {
            Exception failure;
            try
            {
                await PrepareAsync(cancellationToken).ConfigureAwait(false);
                var (isDone, result) = await attempt(mayBeDone).ConfigureAwait(false);
                if (isDone)
                    return result;
                if (++conflicts == MostConflicts)
                    throw new ThreadStoreException(ThreadStoreError.Overloaded, $"{MostConflicts} tries of one operation on {_place} met another one. Nothing of it was written.");

                await Task.Delay(Random.Shared.Next(Math.Min(conflicts, 20)), cancellationToken).ConfigureAwait(false);
                continue;
            }
            catch (UnknownOutcomeException exception)
            {
                (mayBeDone, failure) = (true, exception.InnerException!);
            }
            catch (Exception exception) when (RedisErrors.IsPassing(exception))
            {
                failure = exception;
            }
            catch (RedisException exception)
            {
                throw RedisErrors.ToStoreError(exception, _place);
            }

            if (Environment.TickCount64 - started >= _options.Patience.TotalMilliseconds)
            {
                throw mayBeDone
                    ? new ThreadStoreException(ThreadStoreError.Unreachable, $"The connection to {_place} broke while an operation was written, and its outcome could not be looked up. It may have been written; repeating it is safe.", failure)
                    : RedisErrors.ToStoreError(failure as RedisException ?? new RedisException(failure.Message, failure), _place);
            }

            await Task.Delay(Random.Shared.Next(20, 200), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>News is a hint: whoever waits looks again now and then.</summary>
    private async Task LookAgainAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            await Task.Delay(LookAgain * (0.8 + (0.4 * Random.Shared.NextDouble())), _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Signal.HasWaiters)
                Signal.RaiseAll();
        }
    }

    private void Hear(string news) => Signal.Raise(ChangeNews.Read(news) ?? []);

    private static string ReadScript(string name)
    {
        using var stream = typeof(RedisThreadStore).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private sealed class UnknownOutcomeException(Exception exception) : Exception(exception.Message, exception);
}
