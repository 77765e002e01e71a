using System.Text.Json.Serialization;

namespace Drafthorse.Sandbox.Exec;

internal static class ExecMethods
{
    public const string Exec = "exec";
    public const string Acknowledge = "exec.acknowledge";
    public const string Start = "exec.start";
    public const string List = "exec.list";
    public const string Tail = "exec.tail";
    public const string Kill = "exec.kill";
    public const string EndAll = "exec.endAll";
}

/// <summary>An exec call: the command, and whether its output is wanted while it runs.</summary>
internal sealed record ExecCall(ExecRequest Request, bool Live);

internal sealed record CommandRef(string CallId);

internal sealed record TailRequest(string CallId, long Offset, int MaxBytes);

internal sealed record CommandList(IReadOnlyList<CommandInfo> Commands);

internal sealed record Done(bool Known);

/// <summary>The result as it travels: the kept bytes follow it in the order of their lengths here.</summary>
internal sealed record ExecReport
{
    public ExecEnd End { get; init; }

    public int? ExitCode { get; init; }

    public TimeSpan Duration { get; init; }

    public string? Failure { get; init; }

    public ExecShortage? Shortage { get; init; }

    public KeptOutput Output { get; init; } = new();

    public KeptOutput ErrorOutput { get; init; } = new();
}

internal sealed record KeptOutput
{
    public int Head { get; init; }

    public int Tail { get; init; }

    public long Total { get; init; }

    public string? SpillPath { get; init; }

    /// <summary>Bytes of the output that the spill file has: less than all when its limit or the disk's was reached.</summary>
    public long Spilled { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ExecCall))]
[JsonSerializable(typeof(ExecRequest))]
[JsonSerializable(typeof(ExecReport))]
[JsonSerializable(typeof(CommandRef))]
[JsonSerializable(typeof(TailRequest))]
[JsonSerializable(typeof(CommandList))]
[JsonSerializable(typeof(CommandTail))]
[JsonSerializable(typeof(CommandInfo))]
[JsonSerializable(typeof(Done))]
internal sealed partial class ExecJson : JsonSerializerContext;
