using Npgsql;

namespace Drafthorse.Harness.Postgres.Connections;

/// <summary>Statements that travel together: one round trip.</summary>
internal sealed class SqlBatch(NpgsqlConnection connection) : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch = new(connection);
    private readonly List<Action<NpgsqlDataReader>> _readers = [];

    /// <summary>Adds a statement that returns nothing. A null is a NULL of the type that the statement expects.</summary>
    public void Add(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        _batch.BatchCommands.Add(command);
    }

    /// <summary>Adds a statement that returns rows, each of which is given to <paramref name="read"/>.</summary>
    public void Add(Action<NpgsqlDataReader> read, string sql, params ReadOnlySpan<object?> values)
    {
        Add(sql, values);
        _readers.Add(read);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var reader = await _batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        foreach (var read in _readers)
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                read(reader);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }

        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
            // What returns nothing is run to its end too.
        }
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();
}
