using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>How one provider's interface streams an answer.</summary>
internal abstract class ModelDialect
{
    private static readonly JsonSerializerOptions AsModelsWrite = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly ModelDialect Chat = new ChatDialect();
    private static readonly ModelDialect Responses = new ResponsesDialect();
    private static readonly ModelDialect Anthropic = new AnthropicDialect();

    public static ModelDialect? Of(string path) =>
        path.EndsWith("/chat/completions", StringComparison.Ordinal) ? Chat
        : path.EndsWith("/responses", StringComparison.Ordinal) ? Responses
        : path.EndsWith("/messages", StringComparison.Ordinal) ? Anthropic
        : null;

    public abstract string Call(ShellTool tool, int index, string command);

    public abstract string Text(string text);

    private protected static string Data(JsonObject data) => $"data: {data.ToJsonString()}\n\n";

    private protected static string Event(JsonObject data) => $"event: {data["type"]}\n{Data(data)}";

    private sealed class ChatDialect : ModelDialect
    {
        public override string Call(ShellTool tool, int index, string command) => Stream("tool_calls", new JsonObject
        {
            ["role"] = "assistant",
            ["tool_calls"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["id"] = $"call_{index}",
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = tool.Name, ["arguments"] = tool.Arguments(command).ToJsonString(AsModelsWrite) },
            }),
        });

        public override string Text(string text) => Stream("stop", new JsonObject { ["role"] = "assistant", ["content"] = text });

        private static string Stream(string finish, JsonObject delta) =>
            Data(Chunk(new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = null })))
            + Data(Chunk(new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject(), ["finish_reason"] = finish })))
            + Data(Chunk([], new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = 10, ["total_tokens"] = 110 }))
            + "data: [DONE]\n\n";

        private static JsonObject Chunk(JsonArray choices, JsonObject? usage = null) => new()
        {
            ["id"] = "chatcmpl-1",
            ["object"] = "chat.completion.chunk",
            ["created"] = 1,
            ["model"] = "bench",
            ["choices"] = choices,
            ["usage"] = usage,
        };
    }

    private sealed class ResponsesDialect : ModelDialect
    {
        public override string Call(ShellTool tool, int index, string command) => Stream(new JsonObject
        {
            ["type"] = "function_call",
            ["id"] = $"fc_{index}",
            ["call_id"] = $"call_{index}",
            ["name"] = tool.Name,
            ["arguments"] = tool.Arguments(command).ToJsonString(AsModelsWrite),
            ["status"] = "completed",
        });

        public override string Text(string text) => Stream(new JsonObject
        {
            ["type"] = "message",
            ["id"] = "msg_1",
            ["role"] = "assistant",
            ["status"] = "completed",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray() }),
        });

        private static string Stream(JsonObject item) =>
            Event(new JsonObject { ["type"] = "response.created", ["sequence_number"] = 0, ["response"] = Response("in_progress", null) })
            + Event(new JsonObject { ["type"] = "response.output_item.added", ["sequence_number"] = 1, ["output_index"] = 0, ["item"] = item.DeepClone() })
            + Event(new JsonObject { ["type"] = "response.output_item.done", ["sequence_number"] = 2, ["output_index"] = 0, ["item"] = item.DeepClone() })
            + Event(new JsonObject { ["type"] = "response.completed", ["sequence_number"] = 3, ["response"] = Response("completed", item) });

        private static JsonObject Response(string status, JsonObject? item) => new()
        {
            ["id"] = "resp_1",
            ["object"] = "response",
            ["created_at"] = 1,
            ["model"] = "bench",
            ["status"] = status,
            ["output"] = item is null ? [] : new JsonArray(item),
            ["usage"] = item is null ? null : new JsonObject
            {
                ["input_tokens"] = 100,
                ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
                ["output_tokens"] = 10,
                ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
                ["total_tokens"] = 110,
            },
        };
    }

    private sealed class AnthropicDialect : ModelDialect
    {
        public override string Call(ShellTool tool, int index, string command) => Stream(
            "tool_use",
            new JsonObject { ["type"] = "tool_use", ["id"] = $"toolu_{index}", ["name"] = tool.Name, ["input"] = new JsonObject() },
            new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = tool.Arguments(command).ToJsonString(AsModelsWrite) });

        public override string Text(string text) => Stream(
            "end_turn",
            new JsonObject { ["type"] = "text", ["text"] = "" },
            new JsonObject { ["type"] = "text_delta", ["text"] = text });

        private static string Stream(string reason, JsonObject block, JsonObject delta) =>
            Event(new JsonObject
            {
                ["type"] = "message_start",
                ["message"] = new JsonObject
                {
                    ["id"] = "msg_1",
                    ["type"] = "message",
                    ["role"] = "assistant",
                    ["model"] = "bench",
                    ["content"] = new JsonArray(),
                    ["stop_reason"] = null,
                    ["stop_sequence"] = null,
                    ["usage"] = new JsonObject { ["input_tokens"] = 100, ["output_tokens"] = 1 },
                },
            })
            + Event(new JsonObject { ["type"] = "content_block_start", ["index"] = 0, ["content_block"] = block })
            + Event(new JsonObject { ["type"] = "content_block_delta", ["index"] = 0, ["delta"] = delta })
            + Event(new JsonObject { ["type"] = "content_block_stop", ["index"] = 0 })
            + Event(new JsonObject
            {
                ["type"] = "message_delta",
                ["delta"] = new JsonObject { ["stop_reason"] = reason, ["stop_sequence"] = null },
                ["usage"] = new JsonObject { ["output_tokens"] = 10 },
            })
            + Event(new JsonObject { ["type"] = "message_stop" });
    }
}
