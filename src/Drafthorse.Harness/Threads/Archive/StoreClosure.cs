using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Threads.Archive;

/// <summary>Why a store takes no writes: its threads were moved to another one, or come from there and are not all here yet.</summary>
/// <param name="Reason">Which of the two.</param>
/// <param name="Place">The other store, for people.</param>
internal sealed record StoreClosure(ClosureReason Reason, string Place)
{
    /// <summary>The mark under which a store keeps it.</summary>
    public const string Mark = "closed";

    public static StoreClosure? Read(string? mark) => mark is null ? null : JsonSerializer.Deserialize(mark, ClosureJson.Default.StoreClosure);

    public string Write() => JsonSerializer.Serialize(this, ClosureJson.Default.StoreClosure);

    public ThreadStoreException Refuse(string place) => new(
        ThreadStoreError.Moved,
        Reason == ClosureReason.Moved
            ? $"The threads of {place} were moved to {Place}, and it takes nothing any more. Name that one in the settings. (Where the move was cut off, the same drafthorse store migrate goes on with it; with --abandon it is given up.)"
            : $"{place} is being filled with the threads of {Place} and is not whole yet. Let drafthorse store migrate come to its end; run again it goes on where it was cut off.");
}

[JsonConverter(typeof(JsonStringEnumConverter<ClosureReason>))]
internal enum ClosureReason
{
    Moved,
    Filling,
}

[JsonSerializable(typeof(StoreClosure))]
internal sealed partial class ClosureJson : JsonSerializerContext;
