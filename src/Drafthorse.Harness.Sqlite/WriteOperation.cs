using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Sqlite;

/// <summary>An operation in the writer's queue. It is answered only when its group is on the disk.</summary>
internal abstract class WriteOperation
{
    public abstract void Run(StoreTables tables);

    /// <summary>Notes that the operation itself failed; answered with its group.</summary>
    public abstract void Refuse(Exception exception);

    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

internal sealed class WriteOperation<T>(Func<StoreTables, T> operation, CancellationToken cancellationToken) : WriteOperation
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _refusal;

    public Task<T> Task => _answer.Task;

    public override void Run(StoreTables tables)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _result = operation(tables);
    }

    public override void Refuse(Exception exception) => _refusal = exception;

    public override void Complete()
    {
        if (_refusal is OperationCanceledException)
        {
            _answer.TrySetCanceled(cancellationToken);
        }
        else if (_refusal is not null)
        {
            _answer.TrySetException(_refusal);
        }
        else
        {
            _answer.TrySetResult(_result!);
        }
    }

    public override void Fail(Exception exception) => _answer.TrySetException(exception);
}
