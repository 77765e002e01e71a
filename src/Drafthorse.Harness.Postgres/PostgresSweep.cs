using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Threads.Operations;
using Npgsql;

namespace Drafthorse.Harness.Postgres;

/// <summary>Forgets what is older than it must be remembered, a little at a time. All replicas do it; none waits for another.</summary>
internal sealed class PostgresSweep : IAsyncDisposable
{
    private const int Limit = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly NpgsqlDataSource _source;
    private readonly CancellationTokenSource _closing = new();
    private Task _work = Task.CompletedTask;

    public PostgresSweep(NpgsqlDataSource source) => _source = source;

    public void Start() => _work = Task.Run(WorkAsync);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task WorkAsync()
    {
        var more = false;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(more ? TimeSpan.FromMilliseconds(100) : Interval * (0.8 + (0.4 * Random.Shared.NextDouble())), _closing.Token).ConfigureAwait(false);
                more = await SweepAsync(_closing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception) when (PostgresErrors.IsOfServer(exception))
            {
                // The next time; whoever uses the store is told what is wrong.
                more = false;
            }
        }
    }

    private async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        var old = $"(extract(epoch FROM clock_timestamp()) * 1000)::bigint - {StoreTime.Milliseconds(StoreTime.Retention)}";
        var more = false;
        foreach (var (table, condition) in ((string, string)[])
        [
            ("deliveries", $"at <= {old}"),
            ("reservations", $"expires_at <= {old}"),

            // Longer than anybody looks up the outcome of an operation.
            ("operations", "at <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 3600000"),
        ])
        {
            await using var command = _source.CreateCommand($"DELETE FROM drafthorse.{table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM drafthorse.{table} WHERE {condition} LIMIT {Limit}))");
            more |= await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == Limit;
        }

        return more;
    }
}
