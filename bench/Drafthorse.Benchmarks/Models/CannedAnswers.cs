namespace Drafthorse.Benchmarks.Models;

/// <summary>Streamed answers as the vendors send them.</summary>
internal static class CannedAnswers
{
    private const int Pieces = 100;

    public static string Chat { get; } =
        Repeat("""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"some words "},"finish_reason":null}]}""")
        + Data("""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_x","type":"function","function":{"name":"execute","arguments":"{\"command\":\"make\"}"}}]},"finish_reason":null}]}""")
        + Data("""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""")
        + Data("""{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}}""")
        + Data("[DONE]");

    public static string Anthropic { get; } =
        Event("message_start", """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}""")
        + Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""")
        + string.Concat(Enumerable.Repeat(Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"some words "}}"""), Pieces))
        + Event("content_block_stop", """{"type":"content_block_stop","index":0}""")
        + Event("content_block_start", """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_x","name":"execute","input":{}}}""")
        + Event("content_block_delta", """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"command\":\"make\"}"}}""")
        + Event("content_block_stop", """{"type":"content_block_stop","index":1}""")
        + Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}}""")
        + Event("message_stop", """{"type":"message_stop"}""");

    private static string Repeat(string data) => string.Concat(Enumerable.Repeat(Data(data), Pieces));

    private static string Data(string data) => $"data: {data}\n\n";

    private static string Event(string name, string data) => $"event: {name}\n{Data(data)}";
}
