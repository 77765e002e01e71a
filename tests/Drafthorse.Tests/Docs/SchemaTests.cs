using System.Text.Json;
using Drafthorse.Events;
using Drafthorse.Harness;
using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Docs;

/// <summary>The JSON schemas, held against what reads and writes in the code.</summary>
public sealed class SchemaTests
{
    [Fact]
    public void RepositoryFile_HasTheKeysOfTheReader()
    {
        using var schema = JsonDocument.Parse(RepositoryFiles.Read("docs/schemas/drafthorse-yml.json"));
        var mistake = Assert.Throws<RepositorySettingsException>(() => RepositorySettings.Parse("nothing: 1")).Message;
        var known = mistake[(mistake.IndexOf("known keys are ", StringComparison.Ordinal) + "known keys are ".Length)..].TrimEnd('.').Split(", ");

        Assert.Equal(known.Order(StringComparer.Ordinal), schema.RootElement.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void RepositoryFile_PageNamesEveryKey()
    {
        using var schema = JsonDocument.Parse(RepositoryFiles.Read("docs/schemas/drafthorse-yml.json"));
        var page = RepositoryFiles.Read("docs/repository-file.md");

        Assert.All(schema.RootElement.GetProperty("properties").EnumerateObject(), property => Assert.Contains($"`{property.Name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Events_EachThatIsWritten_IsInTheSchemaWithItsMembers()
    {
        using var schema = JsonDocument.Parse(RepositoryFiles.Read("docs/schemas/events.json"));
        var page = RepositoryFiles.Read("docs/events.md");
        var shapes = schema.RootElement.GetProperty("allOf").EnumerateArray().ToDictionary(
            rule => rule.GetProperty("if").GetProperty("properties").GetProperty("type").GetProperty("const").GetString()!, rule => rule.GetProperty("then"));

        foreach (var line in Lines())
        {
            var type = line.GetProperty("type").GetString()!;
            Assert.True(shapes.TryGetValue(type, out var shape), $"{type} is not in docs/schemas/events.json");
            var members = line.EnumerateObject().Select(member => member.Name).ToList();
            Assert.Empty(shape.GetProperty("required").EnumerateArray().Select(name => name.GetString()!).Except(members));
            var properties = shape.GetProperty("properties").EnumerateObject().Select(property => property.Name).ToList();
            Assert.True(properties.Count == 0 || !members.Except(["type", "thread", "seq", "at", .. properties]).Any(), $"{type} has {string.Join(", ", members)}");
            Assert.Contains($"`{type}`", page, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<JsonElement> Lines()
    {
        var thread = ThreadId.FromKey("a");
        var events = typeof(JournalEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JournalEvent)) && type.GetConstructor([]) is not null)
            .Select(type => (JournalEvent)Activator.CreateInstance(type)!);
        AgentEvent[] live = [new TextDelta { ThreadId = thread, Text = "" }, new TextRestarted { ThreadId = thread }, new ToolOutputDelta { ThreadId = thread, CallId = "", Text = "" }];
        return events.SelectMany(journalEvent => EventJson.Write(thread, 0, DateTimeOffset.UnixEpoch, journalEvent, null))
            .Concat(live.SelectMany(agentEvent => EventJson.Write(agentEvent, 0, DateTimeOffset.UnixEpoch)))
            .Append(EventJson.WriteEarlierEnd(thread, 0, DateTimeOffset.UnixEpoch, new RunFinished()))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("type").GetString() != "event");
    }
}
