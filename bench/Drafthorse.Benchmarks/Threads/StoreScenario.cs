using System.Diagnostics;
using System.Globalization;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Benchmarks.Threads;

/// <summary>The SQLite thread store on a real disk: throughput in groups, latencies, and what age and idle threads cost.</summary>
internal static class StoreScenario
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task RunAsync(string directory)
    {
        var path = Path.Combine(directory, $"drafthorse-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(path);
        try
        {
            await using (var store = Open(path, "a"))
            {
                await EnqueueManyAsync(store, senders: 64, each: 50);
                await EnqueueManyAsync(store, senders: 1, each: 500);
                await EnqueueManyAsync(store, senders: 64, each: 200);
                await EnqueueManyAsync(store, senders: 500, each: 60);
                await EnqueueAtRateAsync(store, perSecond: 500, seconds: 10);
            }

            await using (var store = Open(path, "b"))
            {
                await CommitAsync(store);
                await CyclesAsync(store, workers: 32, seconds: 5);
            }

            await ClaimsAsync(path, idle: 100);
            await ClaimsAsync(path, idle: 100_000);
            await using (var store = Open(path, "w"))
            {
                await FollowUpAsync(store);
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static async Task EnqueueManyAsync(SqliteThreadStore store, int senders, int each)
    {
        var run = Guid.NewGuid().ToString("N")[..6];
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                await store.EnqueueAsync(Delivery($"bench:{run}:{sender}:{i % 10}", $"{run}:{sender}:{i}"), None);
            }
        })));
        Print($"enqueue, {senders} senders", $"{senders * each / watch.Elapsed.TotalSeconds:0}/s, {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / (senders * each):0} us of processor each");
    }

    private static async Task EnqueueAtRateAsync(SqliteThreadStore store, int perSecond, int seconds)
    {
        var latencies = new List<double>();
        var pending = new List<Task>();
        var watch = Stopwatch.StartNew();
        for (var sent = 0; sent < perSecond * seconds;)
        {
            for (; sent < watch.Elapsed.TotalSeconds * perSecond && sent < perSecond * seconds; sent++)
            {
                var number = sent;
                pending.Add(Task.Run(async () =>
                {
                    var started = Stopwatch.GetTimestamp();
                    await store.EnqueueAsync(Delivery($"rate:{number % 1000}", $"rate:{number}"), None);
                    lock (latencies)
                    {
                        latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    }
                }));
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(pending);
        Print($"enqueue at {perSecond}/s", Percentiles(latencies));
    }

    private static async Task CommitAsync(SqliteThreadStore store)
    {
        var id = (await store.EnqueueAsync(Delivery("long", "m1"), None)).ThreadId;
        var lease = (await store.ClaimAsync(new ClaimRequest { Owner = "bench", LeaseTime = TimeSpan.FromHours(1) }, None))!.Lease;
        List<double> early = [], late = [], read = [], readLate = [];
        for (var step = 1; step <= 600; step++)
        {
            var started = Stopwatch.GetTimestamp();
            await store.CommitAsync(
                new CommitRequest
                {
                    Lease = lease,
                    Sequence = step,
                    Events = [new ModelReplied { Step = step, Content = [ContentBlock.OfText(new string('x', 2000))] }],
                    Facts = new ThreadFacts { Steps = step },
                },
                None);
            var commit = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            started = Stopwatch.GetTimestamp();
            await store.ReadJournalAsync(id, Math.Max(0, step - 5), 5, None);
            var journal = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            (step is > 10 and <= 110 ? early : step > 500 ? late : []).Add(commit);
            (step is > 10 and <= 110 ? read : step > 500 ? readLate : []).Add(journal);
        }

        Print("commit, steps 10 to 110", Percentiles(early));
        Print("commit, steps 500 to 600", Percentiles(late));
        Print("read 5 journal records, steps 10 to 110", Percentiles(read));
        Print("read 5 journal records, steps 500 to 600", Percentiles(readLate));
        await store.ReleaseAsync(new ReleaseRequest { Lease = lease, State = ThreadStatus.Done }, None);
    }

    private static async Task CyclesAsync(SqliteThreadStore store, int workers, int seconds)
    {
        var cycles = 0;
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = (await store.EnqueueAsync(Delivery($"cycle:{worker}", $"m{i}", $"user{worker}"), None)).ThreadId;
                var claim = await store.ClaimAsync(new ClaimRequest { Owner = $"w{worker}", Only = id }, None);
                await store.CommitAsync(new CommitRequest { Lease = claim!.Lease, Sequence = 1, Consumed = [i], Events = [new NoticeGiven()] }, None);
                await store.ReleaseAsync(new ReleaseRequest { Lease = claim.Lease, State = ThreadStatus.Done }, None);
                Interlocked.Increment(ref cycles);
            }
        })));
        Print($"enqueue, claim, commit, release by {workers} workers", $"{cycles / seconds}/s");
    }

    private static async Task ClaimsAsync(string path, int idle)
    {
        await using var store = Open(path, $"c{idle}");
        await Parallel.ForAsync(0, idle, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (i, _) =>
        {
            var id = (await store.EnqueueAsync(Delivery($"idle:{i}", "m1", $"user{i % 500}"), None)).ThreadId;
            await store.CancelAsync(id, 0, [], None);
        });
        var latencies = new List<double>();
        for (var i = 0; i < 300; i++)
        {
            await store.EnqueueAsync(Delivery($"idle:{i % idle}", $"again{i}", $"user{i % 500}"), None);
            var started = Stopwatch.GetTimestamp();
            var claim = await store.ClaimAsync(new ClaimRequest { Owner = "bench" }, None);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await store.CancelAsync(claim!.Lease.ThreadId, long.MaxValue, [], None);
            await store.ReleaseAsync(new ReleaseRequest { Lease = claim.Lease, State = ThreadStatus.Done }, None);
        }

        Print($"claim beside {idle} idle threads", Percentiles(latencies));
        using var process = Process.GetCurrentProcess();
        Print($"memory after {idle} idle threads", $"{process.WorkingSet64 / 1_000_000} MB");
    }

    private static async Task FollowUpAsync(SqliteThreadStore store)
    {
        using var stop = new CancellationTokenSource();
        var latencies = new List<double>();
        var sent = 0L;
        var done = new TaskCompletionSource();
        var worker = new ThreadWorker(
            store,
            async (lease, draining) =>
            {
                latencies.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref sent)).TotalMilliseconds);
                var inbox = await store.ReadInboxAsync(lease.Lease.ThreadId, None);
                await store.CommitAsync(
                    new CommitRequest { Lease = lease.Lease, Sequence = 1, Consumed = [.. inbox.Select(entry => entry.Position)] }, None);
                _ = Task.Delay(10, None).ContinueWith(_ => done.SetResult(), TaskScheduler.Default);
                return new ReleaseRequest { Lease = lease.Lease, State = ThreadStatus.Done };
            },
            new ThreadWorkerOptions());
        var working = worker.RunAsync(stop.Token);
        for (var i = 0; i < 200; i++)
        {
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref sent, Stopwatch.GetTimestamp());
            await store.EnqueueAsync(Delivery("follow", $"m{i}"), None);
            await done.Task;
        }

        await stop.CancelAsync();
        await working;
        Print("enqueue called to runner started", Percentiles(latencies));
    }

    private static SqliteThreadStore Open(string path, string name) =>
        new(new SqliteThreadStoreOptions { Path = Path.Combine(path, $"{name}.db") });

    private static EnqueueRequest Delivery(string key, string id, string user = "ann") => new()
    {
        ThreadKey = key,
        Origin = new ThreadOrigin { Channel = "bench", User = user, Repository = new RepositoryRef("github.com", "owner", "repo", "https://github.com/owner/repo") },
        DeliveryId = id,
        Message = new InboxMessage { Id = id, Version = 1, Sender = user, Text = "Please fix the failing test in the parser, it fails since yesterday." },
    };

    private static string Percentiles(List<double> values)
    {
        values.Sort();
        double At(double part) => values[(int)((values.Count - 1) * part)];
        return string.Create(CultureInfo.InvariantCulture, $"p50 {At(0.5):0.00} ms, p99 {At(0.99):0.00} ms, most {values[^1]:0.00} ms");
    }

    private static void Print(string what, string figure) => Console.WriteLine($"{what,-55} {figure}");
}
