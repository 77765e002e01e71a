using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;

// A process of its own for the tests that kill and freeze owners. It prints one line for each operation that was answered.
await using var store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = args[1] });
await (args[0] switch
{
    "work" => WorkAsync(args[2]),
    "hold" => HoldAsync(args[2], TimeSpan.FromMilliseconds(int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture))),
    _ => throw new ArgumentException(args[0]),
});

// Senders and owners side by side, for ever.
Task WorkAsync(string name) => Task.WhenAll(
[
    .. Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
    {
        for (var i = 0; ; i++)
        {
            await EnqueueAsync($"test:{sender}", $"{name}.{sender}.{i}");
            Print($"enqueued {name}.{sender}.{i}");
        }
    })),
    .. Enumerable.Range(0, 2).Select(owner => Task.Run(async () =>
    {
        while (true)
        {
            var request = new ClaimRequest { Owner = $"{name}.{owner}", LeaseTime = TimeSpan.FromMilliseconds(200) };
            if (await store.ClaimAsync(request, CancellationToken.None) is not { } claim)
            {
                await store.WaitForChangeAsync(null, TimeSpan.FromMilliseconds(100), CancellationToken.None);
                continue;
            }

            try
            {
                await RunAsync(claim.Lease);
            }
            catch (LeaseLostException)
            {
                Print("lost");
            }
        }
    })),
]);

async Task RunAsync(Lease lease)
{
    for (var step = 1; step <= 3; step++)
    {
        var inbox = await store.ReadInboxAsync(lease.ThreadId, CancellationToken.None);
        await store.CommitAsync(
            new CommitRequest
            {
                Lease = lease,
                Sequence = step,
                Events = [new MessagesTaken { Messages = inbox }],
                Consumed = [.. inbox.Select(entry => entry.Position)],
            },
            CancellationToken.None);
        foreach (var entry in inbox)
        {
            Print($"consumed {entry.Message.Id}");
        }
    }

    await store.ReleaseAsync(new ReleaseRequest { Lease = lease, State = ThreadStatus.Done }, CancellationToken.None);
}

// An owner that claims, says so, and writes when it is told to.
async Task HoldAsync(string key, TimeSpan leaseTime)
{
    var claim = await store.ClaimAsync(
        new ClaimRequest { Owner = "holder", LeaseTime = leaseTime, Only = ThreadId.FromKey(key) }, CancellationToken.None);
    Print($"claimed {claim!.Lease.Token}");
    while (Console.In.ReadLine() is not null)
    {
        try
        {
            await store.CommitAsync(
                new CommitRequest { Lease = claim.Lease, Sequence = 1, Consumed = [0], Events = [new NoticeGiven { Text = "zombie" }] },
                CancellationToken.None);
            Print("committed");
        }
        catch (LeaseLostException)
        {
            Print("refused");
        }
    }
}

Task EnqueueAsync(string key, string id) => store.EnqueueAsync(
    new EnqueueRequest
    {
        ThreadKey = key,
        Origin = new ThreadOrigin { Channel = "test", User = "ann" },
        DeliveryId = id,
        Message = new InboxMessage { Id = id, Version = 1, Sender = "ann", Text = id },
    },
    CancellationToken.None);

static void Print(string line)
{
    lock (Console.Out)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
