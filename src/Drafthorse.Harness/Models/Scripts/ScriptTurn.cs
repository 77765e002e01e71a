using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Models;

/// <summary>One answer of a recorded model; see docs/scripts.md. Setters, as generated JSON code forgets the defaults of <c>init</c> members.</summary>
internal sealed class ScriptTurn
{
    /// <summary>Begins a section: it answers from the newest message of a user that contains this text.</summary>
    public string? When { get; set; }

    /// <summary>Begins a section: it answers from the newest tool result that contains this text.</summary>
    public string? WhenResult { get; set; }

    /// <summary>Begins a section, which answers from the start in place of the first one where a tool is declared so: <c>tool</c> or
    /// <c>tool.argument</c>.</summary>
    public string? Declared { get; set; }

    /// <summary>On a script's first turn: the family of the model that is recorded, as whose model it is told of tools.</summary>
    public string? Family { get; set; }

    /// <summary>What the messages since the last answer must contain; else the call fails and says so.</summary>
    public string? Expect { get; set; }

    /// <summary>Fails as a model does whose context window has this many tokens, when the request has more (four characters are one).</summary>
    public int? Window { get; set; }

    public string? Reasoning { get; set; }

    public string? Text { get; set; }

    public IReadOnlyList<ScriptCall> Calls { get; set; } = [];

    /// <summary>How long the model thinks, in milliseconds.</summary>
    public int DelayMs { get; set; }

    /// <summary>Fails, after <see cref="Text"/> if there is any, by the name of a <see cref="ModelErrorKind"/>.</summary>
    public ModelErrorKind? Error { get; set; }

    public string? FinishReason { get; set; }

    public TokenUsage? Usage { get; set; }

    /// <summary>The last turn of a section answers for ever.</summary>
    public bool Repeat { get; set; }
}

/// <summary>A call of a tool.</summary>
internal sealed class ScriptCall
{
    public string? Id { get; set; }

    public string Name { get; set; } = "";

    /// <summary>An object, or a string that is taken as the model's own characters.</summary>
    public JsonElement Arguments { get; set; }
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
