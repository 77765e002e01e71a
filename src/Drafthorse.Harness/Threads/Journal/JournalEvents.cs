using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drafthorse.Harness.Threads;

/// <summary>The kinds of journal events this build knows, and their JSON.</summary>
public static class JournalEvents
{
    private static readonly (string Kind, int Version, JsonTypeInfo Type)[] Known =
    [
        ("run.started", 1, JournalJson.Default.RunStarted),
        ("prompt.set", 1, JournalJson.Default.PromptSet),
        ("messages.taken", 1, JournalJson.Default.MessagesTaken),
        ("notice.given", 1, JournalJson.Default.NoticeGiven),
        ("environment.described", 1, JournalJson.Default.EnvironmentDescribed),
        ("instructions.given", 1, JournalJson.Default.InstructionsGiven),
        ("workspace.changed", 1, JournalJson.Default.WorkspaceChanged),
        ("model.replied", 1, JournalJson.Default.ModelReplied),
        ("tool.started", 1, JournalJson.Default.ToolStarted),
        ("tool.finished", 1, JournalJson.Default.ToolFinished),
        ("todos.written", 1, JournalJson.Default.TodosWritten),
        ("context.compacted", 1, JournalJson.Default.ContextCompacted),
        ("plan.written", 1, JournalJson.Default.PlanWritten),
        ("approval.asked", 1, JournalJson.Default.ApprovalAsked),
        ("approval.closed", 1, JournalJson.Default.ApprovalClosed),
        ("verify.finished", 1, JournalJson.Default.VerifyFinished),
        ("done.judged", 1, JournalJson.Default.DoneJudged),
        ("branch.pushed", 1, JournalJson.Default.BranchPushed),
        ("effect.finished", 1, JournalJson.Default.EffectFinished),
        ("run.finished", 1, JournalJson.Default.RunFinished),
    ];

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByKind = Known.ToFrozenDictionary(known => known.Kind, known => known.Type);

    private static readonly FrozenDictionary<Type, (string Kind, int Version, JsonTypeInfo Type)> ByType =
        Known.ToFrozenDictionary(known => known.Type.Type);

    /// <summary>The kind, version and JSON of an event, as a store writes them.</summary>
    public static (string Kind, int Version, string Data) Encode(JournalEvent journalEvent)
    {
        ArgumentNullException.ThrowIfNull(journalEvent);
        var (kind, version, type) = ByType[journalEvent.GetType()];
        return (kind, version, JsonSerializer.Serialize(journalEvent, type));
    }

    /// <summary>Whether this build should understand a record, by its kind and version, and cannot.</summary>
    internal static bool IsUnreadable(JournalRecord record) =>
        Array.Exists(Known, known => known.Kind == record.Kind && record.Version <= known.Version) && Decode(record.Kind, record.Data) is null;

    /// <summary>The event of a record, or null when this build does not know the kind or cannot read the data.</summary>
    public static JournalEvent? Decode(string kind, string data)
    {
        if (!ByKind.TryGetValue(kind, out var type))
        {
            return null;
        }

        try
        {
            return (JournalEvent?)JsonSerializer.Deserialize(data, type);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
