using System.Diagnostics.Metrics;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>What acquiring sandboxes reports.</summary>
internal static class SandboxMetrics
{
    private static readonly Meter Meter = new(DrafthorseTelemetry.Meter);

    private static readonly Histogram<double> Acquired = Meter.CreateHistogram(
        "drafthorse_sandbox_acquire_seconds", "s", "How long a run waits for its sandbox, by kind and path.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });

    public static void Record(string kind, AcquirePath path, TimeSpan took) => Acquired.Record(
        took.TotalSeconds,
        new("kind", kind),
        new("path", path switch { AcquirePath.Warm => "warm", AcquirePath.Resume => "resume", _ => "fresh" }));
}
