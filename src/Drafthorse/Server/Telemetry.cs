using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Drafthorse.Server;

/// <summary>Metrics for Prometheus, and traces and metrics by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
internal static class Telemetry
{
    private const string Name = "Drafthorse";

    public static void AddTo(IServiceCollection services)
    {
        var telemetry = services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(Name)
                .AddPrometheusExporter())
            .WithTracing(tracing => tracing.AddSource(Name));
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is not null)
            telemetry.UseOtlpExporter();
    }

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new MonitoringEndpoint());
}
