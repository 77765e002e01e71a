using Drafthorse.Composition;

namespace Drafthorse.Server;

/// <summary>Claims and runs threads.</summary>
internal sealed class WorkerService(Platform platform) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => platform.NewWorker().RunAsync(stoppingToken);
}

/// <summary>Carries out effects.</summary>
internal sealed class DispatcherService(Platform platform) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => platform.NewDispatcher().RunAsync(stoppingToken);
}

/// <summary>Pauses and removes sandboxes that nobody needs.</summary>
internal sealed partial class SweepService(Platform platform, ILogger<SweepService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first round at once: a server that was killed may have left something that runs.
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                await platform.Sandboxes.SweepAsync(platform.Store, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sandboxes could not be swept; the next round tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
