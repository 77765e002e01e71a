using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using Npgsql;

namespace Drafthorse.Harness.Postgres;

/// <summary>
/// Tells other replicas what changed, and hears it of them: notifications of PostgreSQL, gathered for a few milliseconds. Only hints; where they do not
/// come through (a pooler in transaction mode) everybody who waits looks again several times a second.
/// </summary>
internal sealed class PostgresHints : IAsyncDisposable
{
    private const string Channel = "drafthorse";
    private const int MostNames = 200;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly ChangeSignal _signal;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<ThreadId, bool> _changed = [];
    private readonly string _self = Guid.NewGuid().ToString("N");
    private Task _listening = Task.CompletedTask;
    private Task _publishing = Task.CompletedTask;
    private volatile bool _isHeard;

    public PostgresHints(NpgsqlDataSource source, ChangeSignal signal) => (_source, _signal) = (source, signal);

    public void Start() => _listening = Task.Run(ListenAsync);

    public void Publish(IReadOnlyList<Change> changes)
    {
        if (changes.Count == 0)
            return;

        lock (_gate)
        {
            foreach (var change in changes)
                _changed[change.ThreadId] = change.Work || _changed.GetValueOrDefault(change.ThreadId);
            if (_publishing.IsCompleted && !_closing.IsCancellationRequested)
                _publishing = Task.Run(PublishAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        await _publishing.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task PublishAsync()
    {
        try
        {
            await Task.Delay(Gather, _closing.Token).ConfigureAwait(false);
            while (Take() is { } payload)
                await NotifyAsync(payload, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            // A hint is missed; others look by themselves.
        }
    }

    private string? Take()
    {
        lock (_gate)
        {
            if (_changed.Count == 0)
            {
                // Whoever comes now starts anew: this ends before the gate is free.
                _publishing = Task.CompletedTask;
                return null;
            }

            var payload = _changed.Count > MostNames ? $"{_self} *"
                : $"{_self} {ChangeNews.Write(_changed.Select(change => new Change(change.Key, change.Value)))}";
            _changed.Clear();
            return payload;
        }
    }

    private async Task NotifyAsync(string payload, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Channel });
        command.Parameters.Add(new NpgsqlParameter { Value = payload });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ListenAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(_closing.Token).ConfigureAwait(false);
                connection.Notification += (_, notification) => Hear(notification.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                    await listen.ExecuteNonQueryAsync(_closing.Token).ConfigureAwait(false);

                _isHeard = false;
                await NotifyAsync(_self, _closing.Token).ConfigureAwait(false);
                for (var began = Environment.TickCount64; !_isHeard && Environment.TickCount64 - began < ProbeTime.TotalMilliseconds;)
                    await connection.WaitAsync(ProbeTime, _closing.Token).ConfigureAwait(false);

                // What was said before this was not heard.
                LookNow();
                while (_isHeard)
                {
                    if (!await connection.WaitAsync(LookAgain, _closing.Token).ConfigureAwait(false))
                        LookNow();
                }
            }
            catch (Exception exception) when (IsExpected(exception))
            {
                // Connected anew below.
            }

            LookNow();
            await Task.Delay(Random.Shared.Next(150, 350), _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Hear(string payload)
    {
        var words = payload.Split(' ', 2);
        if (words[0] == _self)
            _isHeard = true;
        else if (words.Length == 2 && ChangeNews.Read(words[1]) is { } changes)
            _signal.Raise(changes);
        else
            LookNow();
    }

    private void LookNow()
    {
        if (_signal.HasWaiters)
            _signal.RaiseAll();
    }

    private static bool IsExpected(Exception exception) =>
        exception is OperationCanceledException or NpgsqlException or System.Net.Sockets.SocketException or IOException or TimeoutException or ObjectDisposedException or InvalidOperationException;
}
