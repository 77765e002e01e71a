using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Skills;

/// <summary>Counts how often each skill is loaded, so that people see which ones nobody needs.</summary>
internal sealed class SkillUsage(WorkspaceReader reader, TimeProvider time)
{
    private const string Path = "usage/skills.json";
    private const int MostBytes = 4 * 1024 * 1024;
    private const int Tries = 20;
    private static readonly TimeSpan Stale = TimeSpan.FromDays(90);

    /// <summary>Counts one. What cannot be counted is not worth a failed call.</summary>
    public async Task CountAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            for (var tries = 0; tries < Tries; tries++)
            {
                var before = await reader.Overlay.ReadAsync(Path, MostBytes, cancellationToken).ConfigureAwait(false);
                var counts = Parse(before) ?? new SkillCounts { Since = time.GetUtcNow() };
                var known = counts.Skills.GetValueOrDefault(name);
                counts.Skills[name] = new SkillCount((known?.Loads ?? 0) + 1, time.GetUtcNow());
                if (await reader.Overlay.TryWriteAsync(Path, before, JsonSerializer.SerializeToUtf8Bytes(counts, SkillUsageJson.Default.SkillCounts), cancellationToken).ConfigureAwait(false))
                    return;
            }
        }
        catch (WorkspaceException)
        {
            // The overlay is full or away; the skill is loaded all the same.
        }
    }

    /// <summary>How often each skill was loaded, and whether it has been for none of the last 90 days. Throws <see cref="WorkspaceException"/>.</summary>
    public async Task<Func<string, (long Loads, bool IsStale)>> ReadAsync(CancellationToken cancellationToken)
    {
        var counts = Parse(await reader.Overlay.ReadAsync(Path, MostBytes, cancellationToken).ConfigureAwait(false));
        return name => counts is null ? (0, false)
            : counts.Skills.GetValueOrDefault(name) is { } count ? (count.Loads, time.GetUtcNow() - count.Last > Stale)
            : (0, time.GetUtcNow() - counts.Since > Stale);
    }

    private static SkillCounts? Parse(byte[]? bytes)
    {
        try
        {
            return bytes is null ? null : JsonSerializer.Deserialize(bytes, SkillUsageJson.Default.SkillCounts);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The file's form.</summary>
internal sealed record SkillCounts
{
    public DateTimeOffset Since { get; init; }

    public Dictionary<string, SkillCount> Skills { get; init; } = [];
}

/// <summary>One skill's.</summary>
internal sealed record SkillCount(long Loads, DateTimeOffset Last);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SkillCounts))]
internal sealed partial class SkillUsageJson : JsonSerializerContext;
