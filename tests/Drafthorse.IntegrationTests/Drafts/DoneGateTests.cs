using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>A draft is handed in when code finds nothing open, or has told the model what is.</summary>
public class DoneGateTests
{
    private const string Mend = "sed -i 's/name=$2/name=$1/' greet.sh";

    [Fact]
    public async Task EverythingOpen_IsOneMessage_WithTheFailingTest_AndAnEndedModelIsLetGoWithNotes()
    {
        await using var world = await DraftWorld.CreateAsync(Files("verify: [\"echo 'not ok 1 - greets'; seq 9000; sh test.sh\"]\n"));
        var (body, journal) = await RunAsync(world, [Todos(), DraftWorld.Says("", "seq 30 > NOTES"), DraftWorld.Says("Done."), DraftWorld.Says("", Mend), DraftWorld.Says("Mended.")]);

        var message = Assert.Single(Messages(journal));
        Assert.Contains("failed (exit code 1); its first failing test is below", message.Text, StringComparison.Ordinal);
        Assert.Contains("not ok 1 - greets", message.Output, StringComparison.Ordinal);
        Assert.Contains("[in_progress] Mend it", message.Output, StringComparison.Ordinal);
        Assert.Contains("Answer each of these", message.Text, StringComparison.Ordinal);
        Assert.Equal([false, true], journal.OfType<VerifyFinished>().Select(verify => verify.Passed));
        Assert.Contains("1 of 1 to-dos were left open.", world.Reply(world.Repository.Issues[0]), StringComparison.Ordinal);
        Assert.Contains("passed |", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seq 30 > NOTES", "Done.", "told passed")]
    [InlineData("echo 1 > NOTES", "Done.", "exempt")]
    [InlineData("seq 30 > NOTES; echo 'exit 1' > test.sh", "Shall the test go?", "exempt")]
    public async Task Green_OrAQuestion_IsAskedNoMoreThanItShould(string work, string says, string results)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var (_, journal) = await RunAsync(world, [DraftWorld.Says("", $"{Mend}; {work}"), DraftWorld.Says(says), DraftWorld.Says("Yes to all.")]);

        Assert.Equal(results, string.Join(' ', journal.OfType<DoneJudged>().Select(judged => judged.Result)));
        Assert.Single(journal.OfType<VerifyFinished>());
    }

    [Fact]
    public async Task MaxFixRounds_CountsRedVerifiesOnly_TodosAreToldAllTheSame()
    {
        await using var world = await DraftWorld.CreateAsync(Files("maxFixRounds: 0\nverify: [exit 9]\n"));
        var (_, journal) = await RunAsync(world, [Todos(), DraftWorld.Says("", Mend), DraftWorld.Says("Done."), DraftWorld.Says("", "echo 1 > NOTES"), DraftWorld.Says("Done.")]);

        Assert.Contains("* todos:", Assert.Single(Messages(journal)).Text, StringComparison.Ordinal);
        Assert.Equal(0, journal.OfType<DoneJudged>().Last().FixRounds);
        Assert.Contains("Verify failed: `exit 9`", world.Reply(world.Repository.Issues[0]), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Files(string settings) => new(DemoProject.Files) { [".drafthorse.yml"] = settings };

    private static IEnumerable<NoticeGiven> Messages(IReadOnlyList<JournalEvent> journal) => journal.OfType<NoticeGiven>().Where(notice => notice.Topic == "done");

    private static JsonObject Todos() => new()
    {
        ["calls"] = new JsonArray(new JsonObject { ["name"] = "todo_write", ["arguments"] = JsonNode.Parse("""{"todos":[{"content":"Mend it","status":"in_progress"}]}""") }),
    };

    private static async Task<(string Body, IReadOnlyList<JournalEvent> Journal)> RunAsync(DraftWorld world, JsonArray script)
    {
        await world.ServeAsync(script);
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        Assert.Equal(ThreadStatus.Done, thread.State);
        return (Assert.Single(world.Repository.PullRequests).Conversation.Body!, await world.JournalAsync(thread.Id));
    }
}
