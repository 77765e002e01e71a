using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Drafthorse.Tests.Models.Telemetry;

public sealed class MeteredChatClientTests
{
    [Fact]
    public async Task Ask_Answer_IsTracedAndCounted()
    {
        var spec = "openai-chat:gpt-5-mini-telemetry";
        using var tokens = new MetricCollector<long>(null, "Drafthorse", "drafthorse_model_tokens_total");
        using var cost = new MetricCollector<double>(null, "Drafthorse", "drafthorse_model_cost_usd_total");
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Drafthorse",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var http = new RecordedHttp().Stream(
            """{"choices":[{"delta":{},"finish_reason":"stop"}]}""",
            """{"model":"gpt-5-mini","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":400}}}""");

        await ModelTest.Client(spec, http).AskAsync("secret prompt");

        var mine = tokens.GetMeasurementSnapshot().Where(one => spec.Equals(one.Tags["model"])).ToDictionary(one => (string)one.Tags["kind"]!, one => one.Value);
        Assert.Equal((600, 400, 0, 100), (mine["input"], mine["cached_input"], mine["cache_write"], mine["output"]));
        Assert.Equal(0.00036, cost.GetMeasurementSnapshot().Single(one => spec.Equals(one.Tags["model"])).Value, 8);
        var span = spans.Single(one => one.DisplayName == "chat gpt-5-mini-telemetry");
        Assert.Equal(1000L, span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal("gpt-5-mini", span.GetTagItem("gen_ai.response.model"));
        Assert.DoesNotContain("secret", string.Join(' ', span.TagObjects), StringComparison.Ordinal);
    }
}
