using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Postgres.Tables;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using Npgsql;

namespace Drafthorse.Harness.Postgres;

/// <summary>
/// Threads in a PostgreSQL database (14 or later), shared by any number of replicas, also through a pooler in transaction mode. A write is answered when
/// the server has flushed it (<c>synchronous_commit</c>). Lost connections and fail-overs are tried again for a while; the outcome of a commit is looked up, never guessed.
/// </summary>
public sealed class PostgresThreadStore : ThreadStore
{
    private const int LeastConnections = 4;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresThreadStoreOptions _options;
    private readonly TimeProvider? _timeProvider;
    private readonly string _place;
    private readonly PostgresHints _hints;
    private readonly PostgresSweep _sweep;
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private volatile bool _isPrepared;

    /// <summary>A store that connects when it is first used, and then makes its tables, in a schema <c>drafthorse</c>, where there are none.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="timeProvider">The store's clock; null = the server's, as it must be with several replicas.</param>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    public PostgresThreadStore(PostgresThreadStoreOptions options, TimeProvider? timeProvider = null)
        : base(timeProvider ?? TimeProvider.System)
    {
        ArgumentNullException.ThrowIfNull(options);
        var address = PostgresAddress.Parse(options.Address);
        address.MaxPoolSize = Math.Max(LeastConnections, options.MaxConnections);
        var builder = new NpgsqlSlimDataSourceBuilder(address.ConnectionString);
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        _source = builder.Build();
        (_options, _timeProvider) = (options, timeProvider);
        _place = $"the {Describe(options.Address)}";
        _hints = new PostgresHints(_source, Signal);
        _sweep = new PostgresSweep(_source);
    }

    /// <summary>What the address names, for people: neither user nor password.</summary>
    /// <exception cref="FormatException">The address cannot be read; the message says why.</exception>
    public static string Describe(string address)
    {
        var parsed = PostgresAddress.Parse(address);
        return $"PostgreSQL database {parsed.Database} at {parsed.Host}:{parsed.Port}";
    }

    /// <summary>The password in an address, so that it can be kept out of what models and journals see; null = there is none.</summary>
    /// <exception cref="FormatException">The address cannot be read; the message says why.</exception>
    public static string? FindPassword(string address) => PostgresAddress.Parse(address).Password;

    /// <summary>Connects and makes the tables now, so that what is wrong is told at once.</summary>
    /// <exception cref="ThreadStoreException">The database cannot be reached or used; the message names cause and cure.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_isPrepared)
            return;

        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isPrepared)
                return;

            await PostgresSchema.PrepareAsync(_source, _place, cancellationToken).ConfigureAwait(false);
            _isPrepared = true;
            _hints.Start();
            _sweep.Start();
        }
        catch (Exception exception) when (PostgresErrors.IsOfServer(exception))
        {
            throw PostgresErrors.ToStoreError(exception, _place);
        }
        finally
        {
            _preparing.Release();
        }
    }

    internal override string Kind => "postgres";

    internal override string Place => _place;

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await _hints.DisposeAsync().ConfigureAwait(false);
        Signal.RaiseAll();
        await _source.DisposeAsync().ConfigureAwait(false);
        _preparing.Dispose();
    }

    private protected override async Task<T> ReadAsync<T>(StoreReads reads, Func<StoreTables, T> read, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        var started = Environment.TickCount64;
        while (true)
        {
            try
            {
                var tables = new LoadedTables(reads);
                await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using var batch = new SqlBatch(connection);
                new PostgresLoader(batch, tables, FixedNow(), isWrite: false).Add();
                await batch.RunAsync(cancellationToken).ConfigureAwait(false);
                return read(tables);
            }
            catch (Exception exception) when (PostgresErrors.IsPassing(exception) && Environment.TickCount64 - started < _options.Patience.TotalMilliseconds)
            {
                await Task.Delay(Random.Shared.Next(20, 200), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (PostgresErrors.IsOfServer(exception))
            {
                throw PostgresErrors.ToStoreError(exception, _place);
            }
        }
    }

    private protected override async Task<T> WriteAsync<T>(StoreReads reads, Func<StoreTables, T> operation, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        var write = new PostgresOperation<T>(_source, _options, _place, reads, operation);
        var result = await write.RunAsync(FixedNow, cancellationToken).ConfigureAwait(false);
        Signal.Raise(write.Changes);
        _hints.Publish(write.Changes);
        return result;
    }

    private long? FixedNow() => _timeProvider is null ? null : StoreTime.Now(_timeProvider);
}
