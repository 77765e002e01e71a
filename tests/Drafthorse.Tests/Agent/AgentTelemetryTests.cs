using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Drafthorse.Harness;
using Drafthorse.Tests.Models;

namespace Drafthorse.Tests.Agent;

public sealed class AgentTelemetryTests
{
    [Fact]
    public async Task Run_Listened_HasSpansOfRunModelAndToolAndCounts()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Drafthorse",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var counts = new ConcurrentBag<(string Name, string Tags)>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Meter.Name == "Drafthorse") self.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => counts.Add((instrument.Name, string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")))));
        meters.Start();
        await using var agent = new WireAgent("openai-chat:telemetry");
        agent.Server.Answers(WireReply.Call("read_file", """{"path":"none"}"""), WireReply.Says("done"));

        var reply = await agent.Agent.RunAsync(new AgentMessage { Text = "a secret prompt", Channel = "telemetry-test" }, TestContext.Current.CancellationToken);

        var run = Assert.Single(spans, span => span.GetTagItem("gen_ai.conversation.id") as string == reply.ThreadId.ToString());
        var inside = spans.Where(span => span.TraceId == run.TraceId).ToList();
        Assert.Equal("invoke_agent test", run.DisplayName);
        Assert.Equal("done", run.GetTagItem("drafthorse.outcome"));
        Assert.Equal(2, inside.Count(span => span.DisplayName == "chat telemetry"));
        Assert.Equal("not_found", Assert.Single(inside, span => span.DisplayName == "execute_tool read_file").GetTagItem("error.type"));
        Assert.DoesNotContain(inside, span => span.TagObjects.Any(tag => tag.Value?.ToString()?.Contains("secret", StringComparison.Ordinal) == true));
        Assert.Contains(("drafthorse_runs_total", "outcome=done,channel=telemetry-test"), counts);
        Assert.Contains(counts, count => count.Name == "drafthorse_tool_calls_total" && count.Tags.Contains("tool=read_file,result=error", StringComparison.Ordinal));
    }
}
