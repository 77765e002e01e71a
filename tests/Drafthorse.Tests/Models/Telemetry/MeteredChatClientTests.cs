using System.Diagnostics;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Telemetry;
using Drafthorse.Tests.Agent;
using Microsoft.Extensions.AI;
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

    [Fact]
    public async Task Ask_ContentIsRecorded_IsInTheSpanRedactedAndBounded()
    {
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
        var client = new MeteredChatClient(new FakeModel().Says("the answer is hush-hush"), ModelSpec.Parse("script:recorded-content"), null, TimeProvider.System, text => text.Replace("hush-hush", "[redacted]", StringComparison.Ordinal));

        await foreach (var _ in client.GetStreamingResponseAsync([new(ChatRole.User, new string('x', 100_000)), new(ChatRole.User, "what is hush-hush?")], null, TestContext.Current.CancellationToken))
        {
        }

        var span = spans.Single(one => one.DisplayName == "chat recorded-content");
        var asked = (string)span.GetTagItem("gen_ai.input.messages")!;
        Assert.Contains("what is [redacted]?", asked, StringComparison.Ordinal);
        Assert.Contains("characters left out", asked, StringComparison.Ordinal);
        Assert.InRange(asked.Length, 1_000, 20_000);
        Assert.Equal("""[{"role":"assistant","parts":[{"type":"text","content":"the answer is [redacted]"}]}]""", span.GetTagItem("gen_ai.output.messages"));
    }
}
