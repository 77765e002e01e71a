using System.Text.Json.Nodes;

namespace Drafthorse.Demo;

/// <summary>The demo's repository, its issue, and the recorded answers of its model.</summary>
internal static class DemoProject
{
    public const string Owner = "acme";
    public const string Name = "greeter";
    public const string IssueTitle = "Greeting loses the name";
    public const string IssueBody = "`sh greet.sh Ada` prints `Hello, !`. It should print `Hello, Ada!`. The test says so too.\n\n@drafthorse please fix it.";

    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>
    {
        ["README.md"] = "# greeter\n\nGreets people: `sh greet.sh NAME`. Test it with `sh test.sh`.\n",
        ["AGENTS.md"] = "Keep scripts POSIX sh. Run `sh test.sh` before you finish.\n",
        ["greet.sh"] = "#!/bin/sh\n# Greets whoever is named.\nname=$2\necho \"Hello, $name!\"\n",
        ["test.sh"] = "#!/bin/sh\nactual=$(sh greet.sh Ada)\nif [ \"$actual\" != \"Hello, Ada!\" ]; then\n  echo \"FAIL: expected 'Hello, Ada!' and got '$actual'\"\n  exit 1\nfi\necho \"ok: greets by name\"\n",
        [".drafthorse.yml"] = "verify:\n  - sh test.sh\n",
    };

    /// <summary>The script, for a checkout at this path: look, see the test fail, mend, see it pass, say so.</summary>
    public static string Script(string checkout) => new JsonArray(
        Turn("I will look at the project and run its test.", ("list_files", new JsonObject { ["path"] = checkout }), ("read_file", new JsonObject { ["path"] = $"{checkout}/greet.sh" })),
        Turn("", ("execute", new JsonObject { ["command"] = "sh test.sh", ["working_directory"] = checkout })),
        Turn(
            "The script reads its second argument where it means the first.",
            ("edit_file", new JsonObject
            {
                ["path"] = $"{checkout}/greet.sh",
                ["edits"] = new JsonArray(new JsonObject { ["old_text"] = "name=$2", ["new_text"] = "name=$1" }),
            })),
        Turn("", ("execute", new JsonObject { ["command"] = "sh test.sh", ["working_directory"] = checkout })),
        Turn("`greet.sh` read its second argument instead of its first, so the name was always empty. It reads the first one now, and `sh test.sh` passes.")).ToJsonString();

    private static JsonObject Turn(string text, params (string Tool, JsonObject Arguments)[] calls)
    {
        var turn = new JsonObject { ["text"] = text, ["usage"] = new JsonObject { ["input"] = 1200, ["output"] = 60 } };
        if (calls.Length > 0)
            turn["calls"] = new JsonArray([.. calls.Select(call => (JsonNode)new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments })]);
        return turn;
    }
}
