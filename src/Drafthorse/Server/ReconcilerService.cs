using Drafthorse.Channels.GitHub.Reconcile;

namespace Drafthorse.Server;

/// <summary>Asks GitHub for deliveries that were missed.</summary>
internal sealed class ReconcilerService(GitHubReconciler reconciler) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => reconciler.RunAsync(stoppingToken);
}
