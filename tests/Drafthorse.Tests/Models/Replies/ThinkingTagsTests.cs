using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Replies;

public sealed class ThinkingTagsTests
{
    [Theory]
    [InlineData("<think>why</think>\n\nanswer", "why", "answer")]
    [InlineData("\n <Thinking>a < b</thinking>answer", "a < b", "answer")]
    [InlineData("<thought>w</thought>x <think>y</think>", "w", "x <think>y</think>")]
    [InlineData("say <think>no</think>", "", "say <think>no</think>")]
    [InlineData("<thin ice>", "", "<thin ice>")]
    [InlineData("<think", "", "<think")]
    [InlineData("<think>cut", "cut", "")]
    [InlineData("<think></think>answer", "", "answer")]
    [InlineData("<think>a</thinkers></think>b", "a</thinkers>", "b")]
    public void Take_CutAnywhere_PartsThinkingFromText(string text, string thinking, string answer)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var tags = new ThinkingTags();
            var pieces = text.Chunk(size).SelectMany(piece => tags.Take(new string(piece))).ToList();
            pieces.AddRange(tags.End());

            Assert.Equal(thinking, string.Concat(pieces.Where(piece => piece.IsThinking).Select(piece => piece.Text)));
            Assert.Equal(answer, string.Concat(pieces.Where(piece => !piece.IsThinking).Select(piece => piece.Text)));
        }
    }

    [Theory]
    [InlineData("openai-chat:m")]
    [InlineData("openai:m")]
    [InlineData("anthropic:m")]
    [InlineData("ollama:m")]
    public async Task Ask_ThinkingInTheText_IsReasoningOnEveryWire(string spec)
    {
        var http = new RecordedHttp().Raw(WireReply.Says("<think>why</think>\n\nanswer").ToStream(spec.Split(':')[0]));

        var reply = await ModelTest.Client(spec, http).AskAsync();

        Assert.Equal("answer", reply.Text);
        Assert.Equal("why", string.Concat(reply.Contents.OfType<TextReasoningContent>().Select(piece => piece.Text)));
    }

    [Fact]
    public async Task Ask_ThinkingInTheTextOfAClientFromElsewhere_IsReasoning()
    {
        var client = new ForeignChatClient(new Resilience.FlakyClient(new Resilience.FlakyClient.Act("<think>why</think>answer")), "a:b", TimeSpan.FromMinutes(5), TimeProvider.System);

        Assert.Equal("answer", (await client.AskAsync()).Text);
    }

    [Theory]
    [InlineData("""[{"type":"thinking","thinking":[{"type":"text","text":"why"}]},{"type":"text","text":"answer"}]""")]
    [InlineData("""[{"type":"reasoning","text":"why"},"answer"]""")]
    [InlineData("""[{"type":"thinking","thinking":"why"},{"type":"text","text":"answer"}]""")]
    public async Task Ask_ContentInParts_IsTextAndReasoning(string parts)
    {
        var http = new RecordedHttp().Stream($$"""{"choices":[{"delta":{"content":{{parts}}},"finish_reason":"stop"}]}""");

        var reply = await ModelTest.Client("openai-chat:m", http).AskAsync();

        Assert.Equal(("why", "answer"), (((TextReasoningContent)reply.Contents[0]).Text, reply.Text));
    }
}
