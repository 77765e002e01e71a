using System.Diagnostics;
using System.Diagnostics.Metrics;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Models.Telemetry;

/// <summary>What model calls report, by OpenTelemetry's conventions for generative AI and in names of our own.</summary>
internal static class ModelTelemetry
{
    private static readonly ActivitySource Source = new(DrafthorseTelemetry.ActivitySource);
    private static readonly Meter Meter = new(DrafthorseTelemetry.Meter);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "gen_ai.client.operation.duration", "s", "How long model calls take.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320] });

    private static readonly Histogram<long> TokenUsages = Meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Tokens of a model call.", null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576] });

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("drafthorse_model_tokens_total", null, "Tokens by model and kind.");
    private static readonly Counter<double> Cost = Meter.CreateCounter<double>("drafthorse_model_cost_usd_total", null, "Cost of model calls in USD.");

    public static Activity? Start(ModelSpec spec)
    {
        var activity = Source.StartActivity($"chat {spec.Model}", ActivityKind.Client);
        activity?.SetTag("gen_ai.operation.name", "chat");
        activity?.SetTag("gen_ai.provider.name", spec.Provider);
        activity?.SetTag("gen_ai.request.model", spec.Model);
        return activity;
    }

    public static void Finish(Activity? activity, ModelSpec spec, string? responseModel, string? finishReason, TimeSpan took, string? errorKind)
    {
        if (activity is not null)
        {
            activity.SetTag("gen_ai.response.model", responseModel);
            activity.SetTag("gen_ai.response.finish_reasons", finishReason is null ? null : new[] { finishReason });
            if (errorKind is not null)
            {
                activity.SetTag("error.type", errorKind);
                activity.SetStatus(ActivityStatusCode.Error);
            }
        }

        var tags = TagsOf(spec);
        if (errorKind is not null)
        {
            tags.Add("error.type", errorKind);
        }

        Duration.Record(took.TotalSeconds, tags);
    }

    public static void Count(Activity? activity, ModelSpec spec, TokenUsage usage, ModelPrice? price)
    {
        activity?.SetTag("gen_ai.usage.input_tokens", usage.Input);
        activity?.SetTag("gen_ai.usage.output_tokens", usage.Output);
        activity?.SetTag("gen_ai.usage.cache_read.input_tokens", usage.CachedInput);
        activity?.SetTag("gen_ai.usage.cache_creation.input_tokens", usage.CacheWrite);

        var tags = TagsOf(spec);
        tags.Add("gen_ai.token.type", "input");
        TokenUsages.Record(usage.Input, tags);
        tags = TagsOf(spec);
        tags.Add("gen_ai.token.type", "output");
        TokenUsages.Record(usage.Output, tags);

        var model = new KeyValuePair<string, object?>("model", spec.ToString());
        Tokens.Add(usage.Input - usage.CachedInput - usage.CacheWrite, model, new("kind", "input"));
        Tokens.Add(usage.CachedInput, model, new("kind", "cached_input"));
        Tokens.Add(usage.CacheWrite, model, new("kind", "cache_write"));
        Tokens.Add(usage.Output, model, new("kind", "output"));
        if (price is not null)
        {
            Cost.Add((double)price.CostOf(usage), model);
        }
    }

    private static TagList TagsOf(ModelSpec spec) => new()
    {
        { "gen_ai.operation.name", "chat" },
        { "gen_ai.provider.name", spec.Provider },
        { "gen_ai.request.model", spec.Model },
    };
}
