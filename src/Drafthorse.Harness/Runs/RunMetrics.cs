using System.Diagnostics.Metrics;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>What is measured about runs and the queue in front of them.</summary>
internal static class RunMetrics
{
    private static readonly Meter Meter = new(DrafthorseTelemetry.Meter);
    private static StoreStatus? _status;

    static RunMetrics()
    {
        Meter.CreateObservableGauge("drafthorse_ready_age_seconds", () => Measure(status => status.OldestReadyAge.TotalSeconds), description: "How long the oldest ready thread has waited.");
        Meter.CreateObservableGauge("drafthorse_inbox_depth", () => Measure(status => status.InboxDepth), description: "Messages that no step has consumed.");
    }

    public static UpDownCounter<int> ActiveRuns { get; } = Meter.CreateUpDownCounter<int>("drafthorse_active_runs", description: "Runs of this process.");

    public static Counter<long> Takeovers { get; } = Meter.CreateCounter<long>("drafthorse_takeovers_total", description: "Threads taken over from an owner whose lease ran out.");

    public static Counter<long> LeasesLost { get; } = Meter.CreateCounter<long>("drafthorse_lease_lost_total", description: "Runs stopped because their lease was lost.");

    public static void Observe(StoreStatus status) => Volatile.Write(ref _status, status);

    private static IEnumerable<Measurement<double>> Measure(Func<StoreStatus, double> value) =>
        Volatile.Read(ref _status) is { } status ? [new Measurement<double>(value(status))] : [];
}
