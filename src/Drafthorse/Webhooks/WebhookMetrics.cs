using System.Diagnostics;
using System.Diagnostics.Metrics;
using Drafthorse.Harness;

namespace Drafthorse.Webhooks;

/// <summary><c>drafthorse_webhooks_total{channel,result}</c> and <c>drafthorse_webhook_duration_seconds</c>.</summary>
internal sealed class WebhookMetrics : IDisposable
{
    private readonly Meter _meter = new(DrafthorseTelemetry.Meter);
    private readonly Counter<long> _count;
    private readonly Histogram<double> _duration;

    public WebhookMetrics()
    {
        _count = _meter.CreateCounter<long>("drafthorse_webhooks", description: "Webhooks answered.");
        _duration = _meter.CreateHistogram("drafthorse_webhook_duration", "s", "Time from the request's head to the answer.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
        });
    }

    public void Record(string channel, string result, long started)
    {
        _count.Add(1, new("channel", channel), new("result", result));
        _duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("channel", channel));
    }

    public void Dispose() => _meter.Dispose();
}
