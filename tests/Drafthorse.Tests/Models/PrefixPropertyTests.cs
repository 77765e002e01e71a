using System.Text;
using Drafthorse.Harness.Models;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models;

/// <summary>Invariant 11: between compactions request n+1 begins with request n, byte for byte, up to the end of its messages: what stands
/// after them (the longest answer, its form) may differ from call to call. For servers that
/// are only compatible with Anthropic's API the cache mark moves on: there it is taken out before comparing.</summary>
public sealed class PrefixPropertyTests
{
    private const string Mark = ",\"cache_control\":{\"type\":\"ephemeral\"}";

    [Property(MaxTest = 60)]
    public Property OpenAIChat_NextRequest_BeginsWithTheLast() => Holds("openai-chat:m");

    [Property(MaxTest = 60)]
    public Property OpenAIResponses_NextRequest_BeginsWithTheLast() => Holds("openai:m");

    [Property(MaxTest = 60)]
    public Property DashScope_NextRequest_BeginsWithTheLast() => Holds("dashscope:m");

    [Property(MaxTest = 60)]
    public Property Ollama_NextRequest_BeginsWithTheLast() => Holds("ollama:m");

    [Property(MaxTest = 60)]
    public Property Anthropic_NextRequest_BeginsWithTheLast() => Holds("anthropic:claude-opus-5-5");

    [Property(MaxTest = 60)]
    public Property AnthropicCompatible_NextRequest_BeginsWithTheLastButForTheMark() => Holds("anthropic:claude-opus-5-5", ("ANTHROPIC_BASE_URL", "http://127.0.0.1:1"));

    private static Property Holds(string spec, params (string, string)[] settings) =>
        Prop.ForAll(Steps(spec).ToArbitrary(), steps => HoldsAsync(spec, steps, settings).GetAwaiter().GetResult());

    private static async Task<bool> HoldsAsync(string spec, List<List<ChatMessage>> steps, (string, string)[] settings)
    {
        var http = new RecordedHttp { Otherwise = () => RecordedHttp.StreamOf(new MemoryStream("data: [DONE]\n\n"u8.ToArray())) };
        var client = ModelTest.Client(spec, http, settings);
        var conversation = new List<ChatMessage>();
        foreach (var step in steps)
        {
            conversation.AddRange(step);
            await client.AskAsync(conversation, ThreadOptions());

            // A process that takes the thread over has nothing of it written yet.
            var anew = new RecordedHttp { Otherwise = http.Otherwise };
            await ModelTest.Client(spec, anew, settings).AskAsync(conversation, ThreadOptions());
            Assert.Equal(anew.Bodies[^1], http.Bodies[^1]);
        }

        var bodies = http.Bodies.Select(body => settings.Length == 0 ? body : body.Replace(Mark, "", StringComparison.Ordinal)).ToList();
        for (var index = 1; index < bodies.Count; index++)
        {
            Assert.StartsWith(RequestPrefix.Of(bodies[index - 1]), bodies[index], StringComparison.Ordinal);
        }

        return true;
    }

    private static ChatOptions ThreadOptions()
    {
        var options = ModelTest.Options();
        options.AdditionalProperties = new() { [ModelProperties.Thread] = "thread" };
        return options;
    }

    /// <summary>A conversation as the loop builds it: each step adds what the model said, the results of its calls, and maybe messages
    /// of people; a step may also only add a message, when the call before was interrupted.</summary>
    private static Gen<List<List<ChatMessage>>> Steps(string spec)
    {
        var text = ArbMap.Default.GeneratorFor<string>().Select(value => value ?? "");
        var user = text.Select(words => new ChatMessage(ChatRole.User, words));
        var image = text.Select(words => new ChatMessage(ChatRole.User, [new TextContent(words), new DataContent(Encoding.UTF8.GetBytes(words + "x"), "image/png")]));
        var arguments = Gen.OneOf(Gen.Elements("{}", "", "{ \"a\" : 1.50 }", "{\"path\":", "[1]", "{\"t\":\"\\ud800\"}"), text);
        var call = Gen.Elements("a", "a", "f.x:0", "", "toolu_01").SelectMany(id => arguments.Select(raw => ModelTest.Call(id, "read file", raw)));
        var vendor = Gen.Elements(spec, "anthropic:other");
        var reasoning = vendor.SelectMany(name => text.Select(words => ModelTest.Reasoning(name, words, "opaque" + words.Length)));
        var answer =
            from thoughts in reasoning.ListOf(1)
            from words in text
            from calls in call.ListOf(3)
            from hasImage in ArbMap.Default.GeneratorFor<bool>()
            from steering in Gen.OneOf(Gen.Constant(new List<ChatMessage>()), user.ListOf(1).Select(list => list.ToList()))
            select ToStep(thoughts, words, calls, hasImage, steering);
        var step = Gen.Frequency((4, answer), (1, user.Select(message => new List<ChatMessage> { message })));
        return
            from first in Gen.OneOf(user, image)
            from size in Gen.Choose(1, 6)
            from later in step.ListOf(size)
            select new List<List<ChatMessage>>([[first], .. later]);
    }

    private static List<ChatMessage> ToStep(
        IEnumerable<TextReasoningContent> thoughts, string words, IEnumerable<FunctionCallContent> calls, bool hasImage, List<ChatMessage> steering)
    {
        var all = calls.ToList();
        var results = all.Select(call => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, hasImage
            ? new List<AIContent> { new TextContent(words), new DataContent(new byte[] { 1 }, "image/png") }
            : words)]));
        return [new ChatMessage(ChatRole.Assistant, [.. thoughts, new TextContent(words), .. all]), .. results, .. steering];
    }
}
