using System.Text.Json;
using System.Text.Json.Nodes;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;

namespace Drafthorse.Tests.Todos;

/// <summary>The list that a model writes is the thread's. No call of it starts a sandbox: the one of these tests cannot be started.</summary>
public sealed class TodoWriteTests
{
    private const string Two = """{"todos":[{"content":"Find it","status":"completed"},{"content":"Fix it","status":"in_progress"},{"content":"Test it","status":"pending"}]}""";

    private static readonly TodoItem[] Written =
    [
        new() { Content = "Find it", Status = TodoStatus.Completed },
        new() { Content = "Fix it", Status = TodoStatus.InProgress },
        new() { Content = "Test it", Status = TodoStatus.Pending },
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_List_IsJournaledOnceAndReadAgain()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("todo_write", Two)).Says("done");

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.Equal("result To-dos: 1 pending, 1 in_progress, 1 completed.", harness.Shown(1)[^1]);
        Assert.Equal(Written, Assert.Single(await ListsAsync(harness)).Items);
        Assert.Equal(Written, await harness.Store.ReadTodosAsync((await harness.Store.GetThreadAsync(harness.ThreadId, Token))!, Token));
    }

    [Fact]
    public async Task Write_Twice_TheLastOneCounts()
    {
        var harness = new AgentHarness();
        harness.Model
            .Calls(("todo_write", Two), ("look", "{}"), ("todo_write", """{"todos":[{"content":"Other","status":"pending"}]}"""))
            .Calls(("todo_write", """{"todos":[]}"""), ("todo_write", """{"todos":"[{\"content\":\" Fix\\n it \",\"status\":\"In-Progress\"}]"}"""), ("todo_write", "[]"))
            .Says("done");

        await harness.SendAsync("go");

        var lists = await ListsAsync(harness);
        Assert.Equal(["Other", "Fix it"], lists.SelectMany(list => list.Items).Select(item => item.Content));
        Assert.Equal("Fix it", Assert.Single(await harness.Store.ReadTodosAsync((await harness.Store.GetThreadAsync(harness.ThreadId, Token))!, Token)).Content);
        Assert.Contains(harness.Shown(1), shown => shown.Contains("Set the one that you work on to in_progress", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Write_BesideReads_RunsAlongThem()
    {
        var harness = new AgentHarness();
        var both = new TaskCompletionSource();
        var begun = 0;
        harness.OnTool = async name =>
        {
            if (Interlocked.Increment(ref begun) == 2)
                both.SetResult();
            await both.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
            return name;
        };
        harness.Model.Calls(("look", "{}"), ("todo_write", Two), ("look_more", "{}")).Says("done");

        await harness.SendAsync("go");

        Assert.Equal(["result look", "result To-dos: 1 pending, 1 in_progress, 1 completed.", "result look_more"], harness.Shown(1)[^3..]);
    }

    [Theory]
    [InlineData("{}", "\"todos\" is missing", "Reproduce the failure")]
    [InlineData("""{"todos":null}""", "\"todos\" is missing", "Reproduce the failure")]
    [InlineData("""{"todos":"later"}""", "\"todos\" must be a list of objects; it was \"later\"", "Reproduce the failure")]
    [InlineData("""{"todos":7}""", "\"todos\" must be a list of objects", "Reproduce the failure")]
    [InlineData("""{"todos":["Fix it"]}""", "\"todos[0]\" must be an object", "Reproduce the failure")]
    [InlineData("""{"todos":[{"status":"pending"}]}""", "todos[0]: the argument \"content\" is missing", "Reproduce the failure")]
    [InlineData("""{"todos":[{"content":"a"}]}""", "todos[0]: the argument \"status\" is missing", "Reproduce the failure")]
    [InlineData("""{"todos":[{"content":"\ud800","status":"pending"}]}""", "lone surrogate", "Reproduce the failure")]
    [InlineData("""{"todos":[{"content":" \n","status":"pending"},{"content":"b","status":"pending"}]}""", "todos[0] has no content", """{"todos":[{"content":"b","status":"pending"}]}""")]
    [InlineData("""{"todos":[{"content":"a","status":"later"}]}""", "todos[0] is none of pending, in_progress, completed: later", """{"todos":[{"content":"a","status":"pending"}]}""")]
    [InlineData("""{"todos":[{"content":"a","status":"pending"},{"content":" A ","status":"completed"}]}""", "todos[1] says the same as todos[0]", """{"todos":[{"content":"a","status":"pending"}]}""")]
    [InlineData("""{"todos":[{"content":"a","status":"in_progress"},{"content":"b","status":"in_progress"}]}""", "2 to-dos are in_progress (todos[0], todos[1])", """{"todos":[{"content":"a","status":"in_progress"},{"content":"b","status":"pending"}]}""")]
    [InlineData("""{"todos":[{"content":"a\u001b[2J\u202e","status":"pending"}]}""", "characters that nobody sees: a␛[2J<U+202E>", """{"todos":[{"content":"a[2J","status":"pending"}]}""")]
    public async Task Write_BadList_IsNamedWithTheNearestCall_AndTheThreadGoesOn(string arguments, string problem, string nearest)
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("todo_write", Two)).Calls(("todo_write", arguments)).Says("done");

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        var answer = harness.Shown(2)[^1];
        Assert.Contains(problem, answer, StringComparison.Ordinal);
        Assert.Contains("The list stays as it was.", answer, StringComparison.Ordinal);
        Assert.Contains(nearest, answer, StringComparison.Ordinal);
        Assert.True((await harness.JournalAsync()).Select(record => record.Event).OfType<ToolFinished>().Last().IsError);
        Assert.Equal(Written, Assert.Single(await ListsAsync(harness)).Items);
    }

    [Fact]
    public async Task Write_TenThousandToDos_IsRefusedInAFewWords()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("todo_write", ListOf(10_000, index => $"to-do {index}"))).Says("done");

        await harness.SendAsync("go");

        Assert.Equal(
            "result todo_write: the list has 10000 to-dos; the most are 50. Put small ones together and leave out those that are completed. The list stays as it was.",
            harness.Shown(1)[^1]);
        Assert.Empty(await ListsAsync(harness));
    }

    [Fact]
    public async Task Write_LongContent_IsRefusedWithAShortOne()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("todo_write", ListOf(1, _ => $"{new string('x', 298)}😀{new string('y', 5_000)}"))).Says("done");

        await harness.SendAsync("go");

        var answer = harness.Shown(1)[^1];
        Assert.Contains("todos[0] has 5300 characters; the most are 300", answer, StringComparison.Ordinal);
        Assert.Contains($"{{\"content\":\"{new string('x', 298)}…\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Escape <script>alert(1)</script> & **bold** in `a.html`")]
    [InlineData("修复解析器 👩‍💻 é")]
    public async Task Write_Markup_IsKeptAsItIs(string content)
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("todo_write", ListOf(1, _ => content))).Says("done");

        await harness.SendAsync("go");

        Assert.Equal(content, Assert.Single(Assert.Single(await ListsAsync(harness)).Items).Content);
    }

    [Fact]
    public async Task Write_ForEver_IsWarnedAndStopped_WhateverTheListsHold()
    {
        var harness = new AgentHarness();
        for (var step = 0; step < 5; step++)
            harness.Model.Calls(("todo_write", ListOf(1, _ => $"think {step}")), ("todo_write", $"broken {step}"));
        harness.Model.Says("I thought a lot");

        var reply = await harness.SendAsync("go");

        Assert.Equal((ThreadStatus.Stopped, "the model wrote its to-do list 5 times in a row and did nothing else"), (reply.Status, reply.Reason));
        var notices = (await harness.JournalAsync()).Select(record => record.Event).OfType<NoticeGiven>().Where(notice => notice.Topic == "loop");
        Assert.Contains("to-do list 3 times in a row", Assert.Single(notices).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_BetweenOtherCalls_IsNoLoop()
    {
        var harness = new AgentHarness();
        for (var step = 0; step < 12; step++)
            harness.Model.Calls(step % 2 == 0 ? ("todo_write", Two) : ("look", $$"""{"n":{{step}}}"""));
        harness.Model.Says("done");

        Assert.Equal(ThreadStatus.Done, (await harness.SendAsync("go")).Status);
    }

    [Fact]
    public async Task Write_LeftOut_IsNoTool()
    {
        var harness = new AgentHarness(builder => builder.UseTodos(new TodoOptions { Enabled = false }));
        harness.Model.Calls(("todo_write", Two)).Says("done");

        await harness.SendAsync("go");

        Assert.Contains("There is no tool 'todo_write'", harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Empty(await ListsAsync(harness));
    }

    [Fact]
    public async Task Write_OptionsOfTheBuilder_Count()
    {
        var harness = new AgentHarness(builder => builder.UseTodos(new TodoOptions { MaxItems = 2 }));
        harness.Model.Calls(("todo_write", Two)).Says("done");

        await harness.SendAsync("go");

        Assert.Contains("the list has 3 to-dos; the most are 2", harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Contains("""{"todos":[{"content":"Fix it","status":"in_progress"},{"content":"Test it","status":"pending"}]}""", harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => HarnessAgent.CreateBuilder("x").UseTodos(new TodoOptions { MaxItems = 0 }));
    }

    [Fact]
    public async Task Write_Secret_IsNotJournaledInTheList()
    {
        var harness = new AgentHarness(builder => builder.UseSecrets(new Dictionary<string, string> { ["TOKEN"] = "ghp_0123456789abcdef" }));
        harness.Model.Calls(("todo_write", ListOf(1, _ => "try ghp_0123456789abcdef"))).Says("done");

        await harness.SendAsync("go");

        Assert.Equal("try [redacted: TOKEN]", Assert.Single(Assert.Single(await ListsAsync(harness)).Items).Content);
    }

    [Theory]
    [InlineData("""{"callId":"c","items":[{"content":"a","status":"someday"},{"content":"b","status":5},{"status":"COMPLETED"}]}""", "a:Pending b:Pending :Completed")]
    [InlineData("""{"items":[{"content":"a","status":"in_progress","priority":"high"}],"more":1}""", "a:InProgress")]
    public void Journal_OfAnotherBuild_IsReadAsFarAsItIsKnown(string data, string expected)
    {
        var written = Assert.IsType<TodosWritten>(JournalEvents.Decode("todos.written", data));

        Assert.Equal(expected, string.Join(' ', written.Items.Select(item => $"{item.Content}:{item.Status}")));
    }

    private static string ListOf(int count, Func<int, string> content) => new JsonObject
    {
        ["todos"] = new JsonArray([.. Enumerable.Range(0, count).Select(index => new JsonObject { ["content"] = content(index), ["status"] = "pending" })]),
    }.ToJsonString(new JsonSerializerOptions());

    private static async Task<IReadOnlyList<TodosWritten>> ListsAsync(AgentHarness harness) =>
        [.. (await harness.JournalAsync()).Select(record => record.Event).OfType<TodosWritten>()];
}
