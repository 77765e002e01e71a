using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Harness.Models.Scripts;

/// <summary>One answer of a recorded model; see docs/scripts.md.</summary>
internal sealed class ScriptTurn
{
    /// <summary>Begins a section: it answers from the newest message of a user that contains this text.</summary>
    public string? When { get; init; }

    /// <summary>What the messages since the last answer must contain; else the call fails and says so.</summary>
    public string? Expect { get; init; }

    public string? Reasoning { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<ScriptCall> Calls { get; init; } = [];

    /// <summary>How long the model thinks, in milliseconds.</summary>
    public int DelayMs { get; init; }

    /// <summary>Fails, after <see cref="Text"/> if there is any, by the name of a <see cref="ModelErrorKind"/>.</summary>
    public ModelErrorKind? Error { get; init; }

    public string? FinishReason { get; init; }

    public TokenUsage? Usage { get; init; }

    /// <summary>The last turn of a section answers for ever.</summary>
    public bool Repeat { get; init; }
}

/// <summary>A call of a tool.</summary>
internal sealed class ScriptCall
{
    public string? Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>An object, or a string that is taken as the model's own characters.</summary>
    public JsonElement Arguments { get; init; }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ScriptTurn))]
[JsonSerializable(typeof(List<ScriptTurn>))]
internal sealed partial class ScriptJson : JsonSerializerContext;
