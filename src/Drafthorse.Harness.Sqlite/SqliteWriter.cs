using System.Diagnostics;
using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Sqlite.Tables;
using Drafthorse.Harness.Threads.Operations;
using Drafthorse.Harness.Threads;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Harness.Sqlite;

/// <summary>
/// The only one in this process that writes: takes what has queued up, runs it in one transaction with a savepoint each, flushes
/// once, and then answers all. While one group is flushed the next one gathers. Between groups it looks for other processes' writes.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int MaxGroup = 500;
    private const int MaxQueue = 20_000;
    private static readonly TimeSpan MaxStretch = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly SqliteSession _session;
    private readonly SqliteTables _tables;
    private readonly SqliteThreadStoreOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ChangeSignal _signal;
    private readonly object _gate = new();
    private readonly Queue<WriteOperation> _queue = [];
    private readonly Thread _thread;
    private bool _closing;
    private long _dataVersion;
    private long _nextSweep;

    public SqliteWriter(SqliteSession session, SqliteThreadStoreOptions options, TimeProvider timeProvider, ChangeSignal signal)
    {
        _session = session;
        _session.WaitForLocks(TimeSpan.Zero);
        _tables = new SqliteTables(session);
        _options = options;
        _timeProvider = timeProvider;
        _signal = signal;
        _thread = new Thread(Work) { IsBackground = true, Name = "thread store writer" };
        _thread.Start();
    }

    public Task<T> WriteAsync<T>(Func<StoreTables, T> operation, CancellationToken cancellationToken)
    {
        var write = new WriteOperation<T>(operation, cancellationToken);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(SqliteThreadStore));
            if (_queue.Count >= MaxQueue)
            {
                throw new ThreadStoreException(
                    ThreadStoreError.Overloaded,
                    $"{MaxQueue} operations already wait for the disk of the thread store {_options.Path}. Nothing of this one was written. Try again later.");
            }

            _queue.Enqueue(write);
            Monitor.Pulse(_gate);
        }

        return write.Task;
    }

    /// <summary>Finishes what is queued, then ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _session.Dispose();
    }

    private void Work()
    {
        var group = new List<WriteOperation>(MaxGroup);
        var stretch = Stopwatch.StartNew();
        while (Take(group, out var waited))
        {
            if (waited)
            {
                stretch.Restart();
            }

            if (group.Count == 0)
            {
                LookForOthers();
                continue;
            }

            Write(group);
            group.Clear();
            if (stretch.Elapsed > MaxStretch)
            {
                // SQLite's lock is not fair: without a pause another process might never get it from a busy one.
                Thread.Sleep(1);
                stretch.Restart();
            }
        }
    }

    private bool Take(List<WriteOperation> group, out bool waited)
    {
        lock (_gate)
        {
            waited = _queue.Count == 0;
            if (waited && !_closing)
            {
                Monitor.Wait(_gate, _signal.HasWaiters ? Random.Shared.Next(20, 50) : 250);
            }

            while (group.Count < MaxGroup && _queue.TryDequeue(out var operation))
            {
                group.Add(operation);
            }

            return group.Count > 0 || !_closing;
        }
    }

    private void Write(List<WriteOperation> group)
    {
        try
        {
            Begin();
            LookForOthers();
            foreach (var operation in group)
            {
                _tables.Now = StoreTime.Now(_timeProvider);
                Run(operation);
            }

            Sweep();
            _session.Run("COMMIT");
        }
        catch (SqliteException exception)
        {
            if (_session.InTransaction)
            {
                _session.Run("ROLLBACK");
            }

            _tables.ForgetChanges();
            var error = SqliteErrors.ToStoreError(exception, _options.Path);
            group.ForEach(operation => operation.Fail(error));
            return;
        }

        group.ForEach(operation => operation.Complete());
        _signal.Raise(_tables.Changes);
        _tables.ForgetChanges();
    }

    private void Begin()
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                _session.Run("BEGIN IMMEDIATE");
                return;
            }
            catch (SqliteException exception) when (SqliteErrors.IsLocked(exception) && waited.Elapsed < _options.LockTimeout)
            {
                Thread.Sleep(1);
            }
        }
    }

    private void Run(WriteOperation operation)
    {
        _session.Run("SAVEPOINT operation");
        try
        {
            operation.Run(_tables);
        }
        catch (Exception exception) when (exception is not SqliteException || _session.InTransaction)
        {
            _session.Run("ROLLBACK TO operation");
            operation.Refuse(exception is SqliteException error ? SqliteErrors.ToStoreError(error, _options.Path) : exception);
        }

        _session.Run("RELEASE operation");
    }

    private void Sweep()
    {
        var now = StoreTime.Now(_timeProvider);
        if (now >= _nextSweep)
        {
            _tables.Now = now;
            _nextSweep = _tables.Sweep(limit: 500) ? now : now + StoreTime.Milliseconds(SweepEvery);
        }
    }

    private void LookForOthers()
    {
        try
        {
            var version = _session.Scalar("PRAGMA data_version") ?? 0;
            if (version != _dataVersion)
            {
                _dataVersion = version;
                _signal.RaiseAll();
            }
        }
        catch (SqliteException)
        {
            // Only a hint is missed; the next write or read reports what is wrong.
        }
    }
}
