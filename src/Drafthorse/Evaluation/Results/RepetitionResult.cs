using System.Text.Json.Serialization;

namespace Drafthorse.Evaluation.Results;

/// <summary>How one repetition ended: one line of the results.</summary>
internal sealed class RepetitionResult
{
    public string Task { get; set; } = "";

    /// <summary>The state of the task's files.</summary>
    public string Digest { get; set; } = "";

    /// <summary>The setting, as people named it.</summary>
    public string Variant { get; set; } = "";

    public string Model { get; set; } = "";

    public int Repetition { get; set; }

    public RepetitionOutcome Outcome { get; set; }

    /// <summary>Why it is not solved; empty when it is.</summary>
    public string Reason { get; set; } = "";

    /// <summary>How the agent's run ended: <c>done</c>, <c>stopped</c>, ...; empty when it did not.</summary>
    public string Run { get; set; } = "";

    /// <summary>The agent's commit; null when it changed nothing.</summary>
    public string? Commit { get; set; }

    public int Steps { get; set; }

    public long InputTokens { get; set; }

    public long CachedInputTokens { get; set; }

    public long OutputTokens { get; set; }

    /// <summary>In USD; null: the model's price is not known.</summary>
    public decimal? CostUsd { get; set; }

    public int ToolCalls { get; set; }

    public int ToolErrors { get; set; }

    /// <summary>Wall time of the agent's run, in seconds.</summary>
    public double Seconds { get; set; }

    /// <summary>Wall time of the check, in seconds.</summary>
    public double CheckSeconds { get; set; }

    /// <summary>The check's exit code; null when it did not end by itself, or did not run.</summary>
    public int? CheckExitCode { get; set; }

    /// <summary>The end of what the check printed.</summary>
    public string CheckOutput { get; set; } = "";

    public DateTimeOffset At { get; set; }
}

/// <summary>What a repetition counts as.</summary>
internal enum RepetitionOutcome
{
    /// <summary>The check passed.</summary>
    [JsonStringEnumMemberName("solved")]
    Solved,

    /// <summary>It did not.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The model provider or the sandbox failed: it says nothing of the agent, and is tried again when the evaluation is gone on with.</summary>
    [JsonStringEnumMemberName("infrastructure")]
    Infrastructure,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RepetitionResult))]
internal sealed partial class ResultJson : JsonSerializerContext;
