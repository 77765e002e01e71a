using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Scripts;

public sealed class ScriptedChatClientTests
{
    private const string Fix = """
        // the task
        {"text":"Looking.","calls":[{"name":"read_file","arguments":{"path":"a"}}],"usage":{"input":10,"output":2}}
        {"text":"Done."}

        {"when":"verify failed","expect":"exit code 1","calls":[{"id":"z","name":"edit_file","arguments":"{ raw"}]}
        {"text":"Fixed."}
        """;

    private static ScriptedChatClient Client(string script) => new(new ModelSpec("script", "demo"), ModelScript.Parse(script));

    private static ChatMessage User(string text) => new(ChatRole.User, text);

    private static ChatMessage Assistant(string text) => new(ChatRole.Assistant, text);

    private static ChatMessage Tool(string text) => new(ChatRole.Tool, [new FunctionResultContent("c", text)]);

    [Fact]
    public async Task Ask_FirstTurn_SaysTextAndCalls()
    {
        var reply = await Client(Fix).AskAsync([User("task")]);

        Assert.Equal("Looking.", reply.Text);
        var call = Assert.Single(reply.Calls);
        Assert.Equal(("call_1_1", "read_file", """{"path":"a"}"""), (call.CallId, call.Name, call.Raw()));
        Assert.Equal(ChatFinishReason.ToolCalls, reply.FinishReason);
        Assert.Equal((10, 2), (reply.Used().Input, reply.Used().Output));
        Assert.Equal("script:demo", reply.Model);
    }

    [Fact]
    public async Task Ask_Turn_FollowsFromTheConversationAlone()
    {
        ChatMessage[] resumed = [User("task"), Assistant("Looking."), Tool("content")];

        Assert.Equal("Done.", (await Client(Fix).AskAsync(resumed)).Text);
        Assert.Equal("Done.", (await Client(Fix).AskAsync([.. resumed, User("and a notice")])).Text);
    }

    [Fact]
    public async Task Ask_MessageBeginsASection_ItsTurnsAnswer()
    {
        ChatMessage[] failed = [User("task"), Assistant("Looking."), Tool("x"), Assistant("Done."), User("verify failed with exit code 1")];

        var first = await Client(Fix).AskAsync(failed);
        var second = await Client(Fix).AskAsync([.. failed, Assistant(""), Tool("x")]);

        Assert.Equal(("z", "{ raw"), (first.Calls.Single().CallId, first.Calls.Single().Raw()));
        Assert.Equal("Fixed.", second.Text);
    }

    [Fact]
    public async Task Ask_ToolResultBeginsASection_ItsTurnsAnswer()
    {
        var client = Client("""
            {"calls":[{"name":"execute","arguments":{}}]}
            {"text":"I give up.","repeat":true}
            {"whenResult":"longer timeout","text":"Again."}
            {"text":"Done."}
            """);
        ChatMessage[] killed = [User("a longer timeout is no result"), Assistant(""), Tool("give a longer timeout")];

        Assert.Equal("Again.", (await client.AskAsync(killed)).Text);
        Assert.Equal("Done.", (await client.AskAsync([.. killed, Assistant("Again."), Tool("fine")])).Text);
        Assert.Equal("I give up.", (await client.AskAsync([User("x"), Assistant(""), Tool("killed")])).Text);
    }

    [Theory]
    [InlineData("edit_file.old_str", "known")]
    [InlineData("edit_file.old_string", "unknown")]
    [InlineData("apply_patch", "unknown")]
    [InlineData("edit_file", "known")]
    public async Task Ask_ToolDeclaredAsItsFamilyKnowsIt_ThatSectionAnswers(string declared, string expected)
    {
        var script = $$"""
            {"family":"anthropic","text":"unknown"}
            {"declared":"{{declared}}","text":"known"}
            """;
        var folder = Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "s.jsonl");
        await File.WriteAllTextAsync(file, script, TestContext.Current.CancellationToken);
        using var factory = new ModelFactory(ModelSettings.From(_ => null), ModelCatalog.BuiltIn);
        using var plain = new ModelFactory(ModelSettings.From(_ => null), ModelCatalog.BuiltIn.WithoutFamilies());
        var options = new ChatOptions { Tools = [.. CoreTools.All] };

        var told = await factory.Create(new ModelSpec("script", file)).GetResponseAsync([User("x")], options, TestContext.Current.CancellationToken);
        var untold = await plain.Create(new ModelSpec("script", file)).GetResponseAsync([User("x")], options, TestContext.Current.CancellationToken);
        folder.Delete(recursive: true);

        Assert.Equal(expected, told.Text);
        Assert.Equal(declared.Contains('.', StringComparison.Ordinal) ? "unknown" : "known", untold.Text);
    }

    [Theory]
    [InlineData(396, false)]
    [InlineData(500, true)]
    public async Task Ask_MoreThanTheWindow_FailsAsAProviderDoes(int characters, bool fails)
    {
        var asking = Client("""{"window":100,"text":"fits"}""").AskAsync([User(new string('x', characters - 4)), Tool("four")]);

        if (fails)
            Assert.Equal(ModelErrorKind.ContextOverflow, (await Assert.ThrowsAsync<ModelException>(() => asking)).Kind);
        else
            Assert.Equal("fits", (await asking).Text);
    }

    [Fact]
    public async Task Ask_SectionBeginsTwice_StartsAnew()
    {
        ChatMessage[] twice = [User("verify failed: exit code 1"), Assistant(""), Tool("x"), Assistant("Fixed."), User("verify failed: exit code 1")];

        Assert.Single((await Client(Fix).AskAsync(twice)).Calls);
    }

    [Fact]
    public async Task Ask_ExpectationNotMet_SaysWhatWasMissing()
    {
        var exception = await Assert.ThrowsAsync<ModelException>(() => Client(Fix).AskAsync([User("verify failed: exit code 2")]));

        Assert.Equal(ModelErrorKind.InvalidRequest, exception.Kind);
        Assert.Contains("exit code 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_NoTurnLeft_SaysSo()
    {
        var exception = await Assert.ThrowsAsync<ModelException>(() => Client("""{"text":"a"}""").AskAsync([User("x"), Assistant("a"), User("y")]));

        Assert.Contains("no turn 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_Repeat_AnswersForEver()
    {
        Assert.Equal("a", (await Client("""[{"text":"a","repeat":true}]""").AskAsync([User("x"), Assistant("a"), User("y")])).Text);
    }

    [Fact]
    public async Task Ask_Error_FailsAfterItsText()
    {
        var updates = Client("""{"text":"half","error":"overloaded"}""").GetStreamingResponseAsync("x", cancellationToken: TestContext.Current.CancellationToken);
        var texts = new List<string>();

        var exception = await Assert.ThrowsAsync<ModelException>(async () =>
        {
            await foreach (var update in updates)
            {
                texts.Add(update.Text);
            }
        });

        Assert.Equal(ModelErrorKind.Overloaded, exception.Kind);
        Assert.Equal(["half"], texts);
    }

    [Theory]
    [InlineData("", "no turns")]
    [InlineData("{\"text\":\"a\"}\n{\"txt\":\"b\"}", "line 2")]
    [InlineData("{\"text\":\"a\"}\nnonsense", "line 2")]
    [InlineData("[{\"text\":1}]", "script")]
    public void Parse_NoScript_SaysWhere(string script, string expected)
    {
        var exception = Assert.Throws<ModelException>(() => ModelScript.Parse(script));

        Assert.Equal(ModelErrorKind.Configuration, exception.Kind);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }
}
