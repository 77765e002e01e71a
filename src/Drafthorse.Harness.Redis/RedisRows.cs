using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Redis;

/// <summary>Rows as JSON. What others chose becomes a part of a key only as its digest.</summary>
internal static class RedisRows
{
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Name(ThreadId id) => id.Value.ToString("N");

    public static string Lane(ThreadRow row) => $"{Digest(row.User)}:{RepositoryOf(row)}";

    /// <summary>The repository as a part of a key; empty when there is none.</summary>
    public static string RepositoryOf(ThreadRow row) => row.Repository.Length == 0 ? "" : Digest(row.Repository);

    public static string Write(ThreadRow row) => JsonSerializer.Serialize(row, RedisJson.Default.ThreadRow);

    public static string Write(MessageRow row) => JsonSerializer.Serialize(row, RedisJson.Default.MessageRow);

    public static string Write(OutboxRow row) => JsonSerializer.Serialize(row, RedisJson.Default.OutboxRow);

    public static string Write(JournalRecord record) => JsonSerializer.Serialize(record, RedisJson.Default.JournalRecord);

    public static string Write(ReservationRow row) => JsonSerializer.Serialize(row, RedisJson.Default.ReservationRow);

    public static string Write(SpentRow row) => JsonSerializer.Serialize(row, RedisJson.Default.SpentRow);

    public static string Names(ThreadRow row) => JsonSerializer.Serialize(new NamesRow(row.User, row.Repository), RedisJson.Default.NamesRow);
}

/// <summary>What is spent in a scope.</summary>
internal sealed record SpentRow(string Scope, decimal Amount);

/// <summary>Whose a thread is.</summary>
internal sealed record NamesRow(string User, string Repository);

[JsonSerializable(typeof(ThreadRow))]
[JsonSerializable(typeof(MessageRow))]
[JsonSerializable(typeof(OutboxRow))]
[JsonSerializable(typeof(JournalRecord))]
[JsonSerializable(typeof(ReservationRow))]
[JsonSerializable(typeof(SpentRow))]
[JsonSerializable(typeof(NamesRow))]
internal sealed partial class RedisJson : JsonSerializerContext;
