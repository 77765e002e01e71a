using Drafthorse.Harness.Outbox;
using Microsoft.Extensions.Hosting;

namespace Drafthorse.Harness.Runs;

/// <summary>Works off the threads and what they owe, side by side, until the host stops.</summary>
internal sealed class AgentWorkerService(ThreadWorker worker, OutboxDispatcher dispatcher) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(worker.RunAsync(stoppingToken), dispatcher.RunAsync(stoppingToken));
}
