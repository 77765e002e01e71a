using System.Text;
using System.Text.Json;

namespace Drafthorse.Tests.Models;

/// <summary>An answer as each vendor streams it.</summary>
internal sealed record WireReply
{
    public string Text { get; init; } = "";

    public string Reasoning { get; init; } = "";

    public IReadOnlyList<(string Id, string Name, string Arguments)> Calls { get; init; } = [];

    /// <summary><c>stop</c>, <c>length</c> or <c>content_filter</c>; calls make <c>stop</c> what it must be.</summary>
    public string Finish { get; init; } = "stop";

    public int InputTokens { get; init; } = 100;

    public int OutputTokens { get; init; } = 10;

    /// <summary>Whether the stream ends before the vendor says that the answer is whole.</summary>
    public bool IsCut { get; init; }

    public static WireReply Says(string text) => new() { Text = text };

    public static WireReply Call(string name, string arguments, string id = "c1") => new() { Calls = [(id, name, arguments)] };

    /// <summary>The stream of a provider, by the name that begins a model's specification.</summary>
    public string ToStream(string provider)
    {
        List<object> events = provider switch
        {
            "openai" => Responses(),
            "anthropic" => Messages(),
            _ => Completions(provider == "ollama" ? "reasoning" : "reasoning_content"),
        };
        var text = new StringBuilder();
        foreach (var item in IsCut ? events.Take(Math.Max(1, events.Count - 2)) : events)
        {
            text.Append("data: ").Append(JsonSerializer.Serialize(item)).Append("\n\n");
        }

        return text.Append(IsCut || provider is "openai" or "anthropic" ? "" : "data: [DONE]\n\n").ToString();
    }

    private List<object> Completions(string reasoningName)
    {
        var events = new List<object>();
        void Delta(object delta, string? finish = null) =>
            events.Add(new { id = "r", model = "m", choices = new[] { new { index = 0, delta, finish_reason = finish } } });
        if (Reasoning.Length > 0)
        {
            Delta(new Dictionary<string, string> { [reasoningName] = Reasoning });
        }

        foreach (var half in Halves(Text))
        {
            Delta(new { content = half });
        }

        foreach (var (index, call) in Calls.Index())
        {
            Delta(new { tool_calls = new[] { new { index, id = call.Id, type = "function", function = new { name = call.Name, arguments = "" } } } });
            foreach (var half in Halves(call.Arguments))
            {
                Delta(new { tool_calls = new[] { new { index, function = new { arguments = half } } } });
            }
        }

        Delta(new { }, Finish == "stop" && Calls.Count > 0 ? "tool_calls" : Finish);
        events.Add(new { id = "r", model = "m", choices = Array.Empty<object>(), usage = new { prompt_tokens = InputTokens, completion_tokens = OutputTokens, total_tokens = InputTokens + OutputTokens } });
        return events;
    }

    private List<object> Responses()
    {
        var events = new List<object> { new { type = "response.created", response = new { id = "r", model = "m" } } };
        if (Reasoning.Length > 0)
        {
            events.Add(new { type = "response.reasoning_summary_text.delta", delta = Reasoning });
            events.Add(new { type = "response.output_item.done", item = new { type = "reasoning", summary = Array.Empty<object>(), encrypted_content = "enc" + Reasoning.Length } });
        }

        events.AddRange(Halves(Text).Select(half => new { type = "response.output_text.delta", delta = half }));
        events.AddRange(Calls.Select(call => new { type = "response.output_item.done", item = new { type = "function_call", call_id = call.Id, name = call.Name, arguments = call.Arguments } }));
        var reason = Finish switch { "length" => "max_output_tokens", "content_filter" => "content_filter", _ => null };
        var usage = new { input_tokens = InputTokens, output_tokens = OutputTokens, total_tokens = InputTokens + OutputTokens };
        events.Add(reason is null
            ? new { type = "response.completed", response = new { id = "r", model = "m", usage } }
            : new { type = "response.incomplete", response = new { id = "r", model = "m", usage, incomplete_details = new { reason } } });
        return events;
    }

    private List<object> Messages()
    {
        var events = new List<object> { new { type = "message_start", message = new { id = "r", model = "m", usage = new { input_tokens = InputTokens, output_tokens = 1 } } } };
        var index = 0;
        void Block(object start, params IEnumerable<object> deltas)
        {
            events.Add(new { type = "content_block_start", index, content_block = start });
            events.AddRange(deltas.Select(delta => new { type = "content_block_delta", index, delta }));
            events.Add(new { type = "content_block_stop", index });
            index++;
        }

        if (Reasoning.Length > 0)
        {
            Block(new { type = "thinking", thinking = "" }, new { type = "thinking_delta", thinking = Reasoning }, new { type = "signature_delta", signature = "sig" + Reasoning.Length });
        }

        if (Text.Length > 0)
        {
            Block(new { type = "text", text = "" }, Halves(Text).Select(half => new { type = "text_delta", text = half }));
        }

        foreach (var call in Calls)
        {
            Block(new { type = "tool_use", id = call.Id, name = call.Name, input = new { } }, Halves(call.Arguments).Select(half => new { type = "input_json_delta", partial_json = half }));
        }

        var reason = Finish switch { "length" => "max_tokens", "content_filter" => "refusal", _ => Calls.Count > 0 ? "tool_use" : "end_turn" };
        events.Add(new { type = "message_delta", delta = new { stop_reason = reason }, usage = new { output_tokens = OutputTokens } });
        events.Add(new { type = "message_stop" });
        return events;
    }

    private static string[] Halves(string text) => text.Length < 2 ? text.Length == 0 ? [] : [text] : [text[..(text.Length / 2)], text[(text.Length / 2)..]];
}
