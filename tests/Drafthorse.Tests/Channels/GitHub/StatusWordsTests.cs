using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Channels.GitHub;

public class StatusWordsTests
{
    private static readonly ThreadRecord Thread = new()
    {
        Id = ThreadId.FromKey("github:issue:acme/widgets#42"),
        Key = "github:issue:acme/widgets#42",
        Origin = new ThreadOrigin { Channel = "github", User = "github:ada", Number = 42 },
    };

    [Fact]
    public void Status_ToDos_ShowWhatIsDoneAndWhatIsNext()
    {
        var status = Of(Todo("Find it", TodoStatus.Completed), Todo("Test it", TodoStatus.Pending), Todo("Fix it", TodoStatus.InProgress));

        Assert.Equal("**Working** · step 3 · $0.00\n\nWorking on it\n\nTo-dos: 1 of 3 done\n- ▶ Fix it\n- ○ Test it", CommentWords.Status(Thread, status));
        Assert.Equal("**Working** · step 3 · $0.00\n\nWorking on it", CommentWords.Status(Thread, status with { Todos = [] }));
    }

    [Fact]
    public void Status_ManyLongToDos_StayShort()
    {
        var text = CommentWords.Status(Thread, Of([.. Enumerable.Range(0, 50).Select(index => Todo($"{index} {new string('x', 290)}", TodoStatus.Pending))]));

        Assert.EndsWith("\n- and 45 more", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 100, 800);
    }

    [Theory]
    [InlineData("ask @octo/everyone", "@octo")]
    [InlineData("Closes #7", "Closes #7")]
    [InlineData("<!-- drafthorse:status thread=1 -->", "<!--")]
    [InlineData("<details><summary>x", "<details")]
    [InlineData("![x](https://evil.example/x.png)", "![")]
    [InlineData("/approve", "▶ /approve")]
    public void Status_ToDoThatWouldAct_IsHarmless(string content, string active) =>
        Assert.DoesNotContain(active, CommentWords.Status(Thread, Of(Todo(content, TodoStatus.InProgress))), StringComparison.Ordinal);

    [Fact]
    public void Status_PublicAddress_LinksToTheThread()
    {
        var text = CommentWords.Status(Thread, Of(), new Uri("https://drafthorse.example/agent/"));

        Assert.Contains($"· [thread {Thread.Id.Prefix}](https://drafthorse.example/agent/threads/{Thread.Id})", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Cost_UnknownPrice_IsUnknown()
    {
        Assert.Equal("cost unknown (12,000 tokens of a model without a known price)", CommentWords.Cost(0, 12_000));
        Assert.Equal("$1.50 and an unknown cost (12,000 tokens of a model without a known price)", CommentWords.Cost(1.5m, 12_000));
        Assert.Equal("$0.00", CommentWords.Cost(0, 0));
    }

    [Fact]
    public void Reply_FailedRun_SaysWhyOnceAndFirst()
    {
        var text = CommentWords.Reply(Thread, new ReplyEffect { Outcome = ThreadStatus.Failed, Reason = "the model gave an empty reply, twice in a row", Text = "half of it" }, []);

        Assert.StartsWith("@ada **Failed.** The model gave an empty reply, twice in a row.\n\n", text, StringComparison.Ordinal);
        Assert.EndsWith("---\n\nhalf of it", text, StringComparison.Ordinal);
    }

    private static StatusEffect Of(params TodoItem[] todos) => new() { State = ThreadStatus.Running, Activity = "Working on it", Step = 3, Todos = todos };

    private static TodoItem Todo(string content, TodoStatus status) => new() { Content = content, Status = status };
}
