using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Drafthorse.Server;

/// <summary>Metrics for Prometheus, and traces and metrics by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
internal static class Telemetry
{
    private const string Name = "Drafthorse";

    public static void AddTo(IServiceCollection services)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, Environment.GetEnvironmentVariable))
            .WithMetrics(metrics => metrics
                .AddMeter(Name)
                .AddPrometheusExporter())
            .WithTracing(tracing => tracing.AddSource(Name));
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is not null)
            telemetry.UseOtlpExporter();
    }

    /// <summary>Names the service, where the environment does not.</summary>
    internal static void Describe(ResourceBuilder resource, Func<string, string?> variable)
    {
        var version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);
        if (string.IsNullOrEmpty(variable("OTEL_SERVICE_NAME")) && variable("OTEL_RESOURCE_ATTRIBUTES")?.Contains("service.name=", StringComparison.Ordinal) != true)
            resource.AddService("drafthorse", serviceVersion: version);
    }

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new MonitoringEndpoint());
}
