using System.Diagnostics.Metrics;

namespace Drafthorse.Harness.Egress;

internal static class EgressMetrics
{
    private static readonly Meter Meter = new(DrafthorseTelemetry.Meter);

    private static readonly Counter<long> Connections =
        Meter.CreateCounter<long>("drafthorse_egress_total", description: "Connections of sandboxes, by what became of them.");

    private static readonly Counter<long> Bytes =
        Meter.CreateCounter<long>("drafthorse_egress_bytes_total", "By", "Bytes of sandboxes' connections, by direction.");

    public static void Count(EgressAudit audit)
    {
        Connections.Add(1, new KeyValuePair<string, object?>("result", Label(audit.Result)));
        Bytes.Add(audit.BytesUp, new KeyValuePair<string, object?>("direction", "up"));
        Bytes.Add(audit.BytesDown, new KeyValuePair<string, object?>("direction", "down"));
    }

    private static string Label(EgressResult result) => result switch
    {
        EgressResult.Allowed => "allowed",
        EgressResult.Refused => "refused",
        _ => "failed",
    };
}
