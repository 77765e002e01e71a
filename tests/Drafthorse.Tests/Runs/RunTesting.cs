using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Runs;

internal static class RunTesting
{
    public static EnqueueRequest Delivery(
        string key, string id = "m1", string channel = "test", RepositoryRef? repository = null, params OutboxRequest[] outbox) => new()
    {
        ThreadKey = key,
        Origin = new ThreadOrigin { Channel = channel, User = "ann", Repository = repository },
        DeliveryId = $"d:{id}",
        Message = new InboxMessage { Id = id, Version = 1, Sender = "ann", Text = $"text of {id}" },
        Outbox = outbox,
    };

    public static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition())
        {
            await Task.Delay(5, cancellationToken);
        }
    }
}
