using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drafthorse.Demo;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>The demo's task with one more command, which must run exactly once: a line in a file that is committed.</summary>
internal static class CrashScript
{
    /// <summary>In an issue's title: answered at once, with no work.</summary>
    public const string Quick = "Quick question";

    public const string CountFile = "runs.txt";

    public const string CountLine = "ran";

    private const int Thinks = 60;
    private const string Mend = "sed -i 's/name=$2/name=$1/' greet.sh; ";

    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>(DemoProject.Files)
    {
        ["test.sh"] = DemoProject.Files["test.sh"].Replace("#!/bin/sh\n", "#!/bin/sh\nsleep 0.2\n", StringComparison.Ordinal),
    };

    /// <summary>The script. Each turn thinks a little, so that a kill can hit a model call.</summary>
    /// <param name="seconds">How long the counted command takes before it counts.</param>
    /// <param name="looksAgain">Whether the model makes sure of its edit: without a sandbox nobody knows what became of a call that the
    /// server died in, and the model is told so.</param>
    /// <param name="firstThinks">How long the first turn thinks, in milliseconds.</param>
    public static string Write(double seconds, bool looksAgain, int firstThinks = Thinks) => new JsonArray(
        Thinking(firstThinks, Turn("I will look at it.", ("list_files", new() { ["path"] = "." }), ("read_file", new() { ["path"] = "greet.sh" }))),
        Turn("", ("execute", new() { ["command"] = "sh test.sh" })),
        Turn("It reads the wrong argument.", ("edit_file", new() { ["path"] = "greet.sh", ["edits"] = new JsonArray(new JsonObject { ["old_text"] = "name=$2", ["new_text"] = "name=$1" }) })),
        Turn("", ("execute", new() { ["command"] = string.Create(CultureInfo.InvariantCulture, $"{(looksAgain ? Mend : "")}sleep {seconds}; echo {CountLine} >> {CountFile}") })),
        Turn("", ("execute", new() { ["command"] = $"{(looksAgain ? Mend : "")}sh test.sh" })),
        Turn("`greet.sh` reads its first argument now."),
        When(Turn("Yes."), Quick)).ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private static JsonObject Thinking(int milliseconds, JsonObject turn)
    {
        turn["delayMs"] = milliseconds;
        return turn;
    }

    private static JsonObject When(JsonObject turn, string text)
    {
        turn["when"] = text;
        return turn;
    }

    private static JsonObject Turn(string text, params (string Tool, JsonObject Arguments)[] calls) => new()
    {
        ["text"] = text,
        ["delayMs"] = Thinks,
        ["usage"] = new JsonObject { ["input"] = 1200, ["output"] = 60 },
        ["calls"] = new JsonArray([.. calls.Select(call => (JsonNode)new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments })]),
    };
}
