using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>The shell tool that a request offers, and how its arguments are spelled.</summary>
internal sealed record ShellTool(string Name, string Parameter, bool IsList)
{
    private static readonly string[] Names = ["execute", "exec_command", "bash", "shell", "shell_command"];
    private static readonly string[] Parameters = ["command", "cmd"];

    public static ShellTool? Find(JsonElement request)
    {
        if (!request.TryGetProperty("tools", out var tools))
            return null;
        foreach (var tool in tools.EnumerateArray())
        {
            var declared = tool.TryGetProperty("function", out var function) ? function : tool;
            if (!declared.TryGetProperty("name", out var name) || !Names.Contains(name.GetString()))
                continue;
            var schema = declared.TryGetProperty("parameters", out var parameters) ? parameters : declared.GetProperty("input_schema");
            var properties = schema.GetProperty("properties");
            var parameter = Parameters.First(candidate => properties.TryGetProperty(candidate, out _));
            var isList = properties.GetProperty(parameter).GetProperty("type").GetString() == "array";
            return new ShellTool(name.GetString()!, parameter, isList);
        }

        return null;
    }

    public JsonObject Arguments(string command) => new() { [Parameter] = IsList ? new JsonArray("bash", "-c", command) : command };
}
