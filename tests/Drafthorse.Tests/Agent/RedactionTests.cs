using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Agent;

public sealed class RedactionTests
{
    // JSON writers escape the plus and the quote.
    private const string Secret = "ghp_0123+456\"789abcdef";
    private const string Hidden = "[redacted: TOKEN]";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_SecretInWordsNoticesVerifyEndAndEffects_IsRedacted()
    {
        var harness = new AgentHarness(builder => builder
            .UseSecrets(new Dictionary<string, string> { ["TOKEN"] = Secret })
            .Use(new Telltale()));
        harness.Model.Says($"words {Secret}");

        await harness.SendAsync("go");

        var events = harness.Events.OfType<JournalAppended>().Select(appended => appended.Event).ToList();
        Assert.Equal($"words {Hidden}", Assert.Single(events.OfType<ModelReplied>()).Content[0].Text);
        var notice = Assert.Single(events.OfType<NoticeGiven>());
        Assert.Equal(($"setup {Hidden}", $"printed {Hidden}"), (notice.Text, notice.Output));
        Assert.Equal($"tail {Hidden}", Assert.Single(events.OfType<VerifyFinished>()).Results[0].OutputTail);
        var end = Assert.Single(events.OfType<RunFinished>());
        Assert.Equal(($"push said {Hidden}", $"words {Hidden}", $"note {Hidden}"), (end.Reason, end.FinalText, end.Notes[0]));
        var entry = await harness.Store.ClaimOutboxAsync(TimeSpan.FromMinutes(1), harness.ThreadId, Token);
        Assert.Equal($$"""{"kind":"x","list":["a {{Hidden}}"],"cost":0.10}""", entry!.Payload);
    }

    private sealed class Telltale : IAgentMiddleware
    {
        public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
        {
            await run.TellModelAsync("setup", $"setup {Secret}", cancellationToken, $"printed {Secret}");
            var verified = new VerifyFinished { Results = [new VerifyResult { Command = "make", OutputTail = $"tail {Secret}" }] };
            await run.CommitAsync(new RunCommit { Events = [verified] }, cancellationToken);
            var outcome = await next(cancellationToken);
            var payload = $$"""{"kind":"x","list":["a {{JsonEncodedText.Encode(Secret)}}"],"cost":0.10}""";
            return outcome with
            {
                Status = ThreadStatus.Failed,
                Reason = $"push said {Secret}",
                Notes = [$"note {Secret}"],
                Outbox = [new OutboxRequest { Kind = "x", Key = "x", Payload = payload }],
            };
        }
    }
}
