using System.Text.Json.Nodes;

namespace Drafthorse.Tests.Channels.GitHub;

/// <summary>Small payloads with the members that are read.</summary>
internal static class Payloads
{
    public static JsonObject Issue(string action, string body, string? label = null)
    {
        var payload = new JsonObject
        {
            ["action"] = action,
            ["issue"] = new JsonObject
            {
                ["id"] = 4200,
                ["number"] = 42,
                ["title"] = "It does not work",
                ["body"] = body,
                ["user"] = Person(),
                ["labels"] = new JsonArray(),
                ["assignees"] = new JsonArray(),
                ["updated_at"] = "2026-11-23T10:00:00Z",
            },
            ["repository"] = new JsonObject
            {
                ["id"] = 7,
                ["name"] = "Hello-World",
                ["owner"] = new JsonObject { ["id"] = 8, ["login"] = "Octo", ["type"] = "User" },
                ["default_branch"] = "main",
            },
            ["sender"] = Person(),
        };
        if (label is not null)
            payload["label"] = new JsonObject { ["name"] = label };
        return payload;
    }

    public static JsonObject Comment(string action, string body)
    {
        var payload = Issue(action, "the issue");
        payload["comment"] = new JsonObject { ["id"] = 5000, ["body"] = body, ["user"] = Person(), ["updated_at"] = "2026-11-23T10:00:00Z" };
        return payload;
    }

    private static JsonObject Person() => new() { ["id"] = 1, ["login"] = "ada", ["type"] = "User" };
}
