using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Backups;

/// <summary>What a backup holds: the last entry of its archive.</summary>
internal sealed record BackupManifest
{
    /// <summary>The entry's name.</summary>
    public const string FileName = "drafthorse-backup.json";

    /// <summary>The newest form that this version knows.</summary>
    public const int Newest = 1;

    /// <summary>The form of the archive.</summary>
    public int Version { get; init; } = Newest;

    /// <summary>When it was made.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Whether the threads are in it; else a database of their own keeps them.</summary>
    public bool HasThreads { get; init; }

    /// <summary>The SHA-256 of each file, by its path in the home.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.BackupManifest);

    /// <summary>Reads one. Throws <see cref="JsonException"/>.</summary>
    public static BackupManifest Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, BackupJson.Default.BackupManifest) ?? throw new JsonException("null");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
