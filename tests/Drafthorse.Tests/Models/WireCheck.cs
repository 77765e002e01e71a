using System.Text.Json;

namespace Drafthorse.Tests.Models;

/// <summary>Whether a request is one that its provider takes: roles in their order, every call with its result right behind it, and no other.</summary>
internal static class WireCheck
{
    public static void IsValid(string spec, string body)
    {
        using var json = JsonDocument.Parse(body);
        switch (spec[..spec.IndexOf(':', StringComparison.Ordinal)])
        {
            case "anthropic":
                Messages([.. json.RootElement.GetProperty("messages").EnumerateArray()]);
                break;
            case "openai":
                Items([.. json.RootElement.GetProperty("input").EnumerateArray()]);
                break;
            default:
                Completions([.. json.RootElement.GetProperty("messages").EnumerateArray()]);
                break;
        }
    }

    private static void Completions(List<JsonElement> messages)
    {
        Assert.Equal("system", Text(messages[0], "role"));
        Assert.Equal("user", Text(messages[1], "role"));
        for (var index = 0; index < messages.Count; index++)
        {
            var calls = messages[index].TryGetProperty("tool_calls", out var all) ? all.EnumerateArray().Select(call => Text(call, "id")).ToList() : [];
            var results = messages.Skip(index + 1).TakeWhile(message => Text(message, "role") == "tool").Select(message => Text(message, "tool_call_id")).ToList();
            if (Text(messages[index], "role") != "tool")
                Assert.Equal(calls.Order(), results.Order());
        }
    }

    private static void Messages(List<JsonElement> messages)
    {
        Assert.Equal("user", Text(messages[0], "role"));
        Assert.Equal("user", Text(messages[^1], "role"));
        for (var index = 0; index < messages.Count; index++)
        {
            var calls = Parts(messages[index], "tool_use", "id");
            var results = index + 1 < messages.Count ? Parts(messages[index + 1], "tool_result", "tool_use_id") : [];
            Assert.Equal(calls.Order(), results.Order());
        }
    }

    private static void Items(List<JsonElement> items)
    {
        var open = new HashSet<string>();
        foreach (var item in items)
        {
            switch (Text(item, "type"))
            {
                case "function_call":
                    Assert.True(open.Add(Text(item, "call_id")));
                    break;
                case "function_call_output":
                    Assert.True(open.Remove(Text(item, "call_id")));
                    break;
                case "reasoning":
                    break;
                default:
                    Assert.Empty(open);
                    break;
            }
        }

        Assert.Empty(open);
    }

    private static List<string> Parts(JsonElement message, string type, string name) => message.GetProperty("content").ValueKind != JsonValueKind.Array ? []
        : [.. message.GetProperty("content").EnumerateArray().Where(part => Text(part, "type") == type).Select(part => Text(part, name))];

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
