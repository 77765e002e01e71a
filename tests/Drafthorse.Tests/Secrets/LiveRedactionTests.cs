using Drafthorse.Harness;
using Drafthorse.Harness.Secrets;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;

namespace Drafthorse.Tests.Secrets;

/// <summary>What is shown while a run goes on is redacted as what is committed, however it is cut into pieces.</summary>
public sealed class LiveRedactionTests
{
    private const string Secret = "s3cr3t-t0ken-value";
    private static readonly ThreadId Thread = ThreadId.FromKey("cli:t");

    [Theory]
    [InlineData($"before {Secret} after")]
    [InlineData($"{Secret}{Secret} s3cr3t-t0ken no")]
    [InlineData($"s3cr3t-s3cr3t-t0ken-value-more and {Secret}")]
    [InlineData("czNjcjN0LXQwa2VuLXZhbHVl in base64")]
    public void Redact_SecretCutAnywhere_ShowsWhatIsCommitted(string text)
    {
        var redactor = new SecretRedactor(new Dictionary<string, string> { ["T"] = Secret, ["LONGER"] = Secret + "-more" });
        for (var size = 1; size <= text.Length; size++)
        {
            var live = new LiveRedaction(redactor);
            var shown = text.Chunk(size).SelectMany(piece => live.Redact(new TextDelta { ThreadId = Thread, Text = new string(piece) })).ToList();
            shown.AddRange(live.Redact(new JournalAppended { ThreadId = Thread, Position = 1, At = default, Event = new ModelReplied() }));

            Assert.Equal(redactor.Redact(text), string.Concat(shown.OfType<TextDelta>().Select(delta => delta.Text)));
            Assert.IsType<JournalAppended>(shown[^1]);
        }
    }

    [Fact]
    public void Redact_TwoCallsAtOnce_AreTwoStreams()
    {
        var live = new LiveRedaction(new SecretRedactor(new Dictionary<string, string> { ["T"] = Secret }));
        var shown = new List<AgentEvent>();
        foreach (var (call, text) in new[] { ("a", "x s3cr3t-"), ("b", "s3cr3t-"), ("a", "t0ken-value y"), ("b", "free") })
        {
            shown.AddRange(live.Redact(new ToolOutputDelta { ThreadId = Thread, CallId = call, Text = text }));
        }

        foreach (var call in new[] { "a", "b" })
        {
            shown.AddRange(live.Redact(new JournalAppended { ThreadId = Thread, Position = 1, At = default, Event = new ToolFinished { CallId = call } }));
        }

        Assert.Equal("x [redacted: T] y", Of("a"));
        Assert.Equal("s3cr3t-free", Of("b"));

        string Of(string call) => string.Concat(shown.OfType<ToolOutputDelta>().Where(delta => delta.CallId == call).Select(delta => delta.Text));
    }

    [Fact]
    public async Task Run_ModelRepeatsASecret_NeverShowsIt()
    {
        var harness = new AgentHarness(builder => builder.UseSecrets(new Dictionary<string, string> { ["T"] = Secret }));
        harness.Model.Says($"the token is {Secret}.");

        await harness.SendAsync("go");

        Assert.Equal("the token is [redacted: T].", string.Concat(harness.Events.OfType<TextDelta>().Select(delta => delta.Text)));
    }
}
