using Drafthorse.Harness.Egress;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>What the gate recorded. A record comes when its connection has ended, which may be after the client has its answer.</summary>
internal sealed class AuditTrail
{
    private readonly Lock _lock = new();
    private readonly List<EgressAudit> _records = [];
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Add(EgressAudit record)
    {
        lock (_lock)
        {
            _records.Add(record);
            _added.TrySetResult();
            _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The first record that is so and was not taken before; waits for it.</summary>
    public async Task<EgressAudit> TakeAsync(Predicate<EgressAudit> isIt)
    {
        while (true)
        {
            Task added;
            lock (_lock)
            {
                if (_records.Find(isIt) is { } found)
                {
                    _records.Remove(found);
                    return found;
                }

                added = _added.Task;
            }

            try
            {
                await added.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            }
            catch (TimeoutException)
            {
                lock (_lock)
                    Assert.Fail($"No such record among:\n{string.Join('\n', _records)}");
            }
        }
    }
}
