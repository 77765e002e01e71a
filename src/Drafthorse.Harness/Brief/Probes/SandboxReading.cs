using System.Globalization;
using System.Text;

namespace Drafthorse.Harness.Brief.Probes;

/// <summary>Reads what a sandbox said of itself. Whoever owns the sandbox may have written it: it is bounded, and never more than data.</summary>
internal static class SandboxReading
{
    private const int MaxVersion = 40;
    private const int MaxNetwork = 240;
    private const long MostMemoryKiB = 1L << 40;

    /// <summary>The sandbox in a few short lines.</summary>
    /// <param name="output">What it printed.</param>
    /// <param name="tools">The tools that it was asked for.</param>
    /// <param name="network">Where it gets to in the network; empty when that is not known.</param>
    /// <param name="piece">Makes a piece of text harmless and short.</param>
    /// <param name="room">Most bytes of UTF-8.</param>
    public static string Describe(string output, IReadOnlyList<string> tools, string network, Func<string, int, string> piece, int room)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var words in output.Split('\n').Take(100).Select(line => line.Split('\t', 3)))
        {
            if (words is ["tool", var tool, var version])
                values.TryAdd($"tool {tool}", version);
            else if (words is [var name, var value])
                values.TryAdd(name, value);
        }

        List<string> lines = [string.Join(", ", Machine(values).Where(part => part.Length > 0)), network.Length == 0 ? "" : $"network: {piece(network, MaxNetwork)}"];
        lines.RemoveAll(line => line.Length == 0);
        var asked = Toolchains.Asks(tools).ToList();
        var versions = new List<string>();
        room -= lines.Sum(line => Encoding.UTF8.GetByteCount(line) + 1) + "tools: ; and 10 more".Length;
        foreach (var tool in asked)
        {
            var version = $"{tool.Name}: {(!values.TryGetValue($"tool {tool.Name}", out var said) ? "did not answer" : said.Trim().Length == 0 ? "not there" : piece(said, MaxVersion))}";
            room -= Encoding.UTF8.GetByteCount(version) + 2;
            if (room < 0)
                break;
            versions.Add(version);
        }

        if (asked.Count > versions.Count)
            versions.Add($"and {asked.Count - versions.Count} more");
        if (versions.Count > 0)
            lines.Add($"tools: {string.Join("; ", versions)}");
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Machine(Dictionary<string, string> values)
    {
        yield return Processors(values) is { } processors ? $"processors: {processors.ToString("0.#", CultureInfo.InvariantCulture)}" : "";
        yield return MemoryKiB(values) is { } memory ? $"memory: {Size(memory)}" : "";
        yield return values.TryGetValue("disk", out var disk) && disk.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var free, ..] && Number(free, MostMemoryKiB) is { } kib ? $"disk: {Size(kib)} free" : "";
    }

    /// <summary>As many as there are, or as the quota allows.</summary>
    private static double? Processors(Dictionary<string, string> values)
    {
        var there = Number(values.GetValueOrDefault("processors"), 100_000);
        return values.TryGetValue("quota", out var quota) && quota.Split(' ') is [var used, var period] && Number(used, long.MaxValue) is { } most && Number(period, long.MaxValue) is { } each && each > 0
            ? Math.Min(there ?? double.MaxValue, (double)most / each)
            : there;
    }

    private static long? MemoryKiB(Dictionary<string, string> values)
    {
        var there = values.TryGetValue("memory", out var text) && text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["MemTotal:", var kib, ..] ? Number(kib, MostMemoryKiB) : null;
        var most = Number(values.GetValueOrDefault("most-memory"), MostMemoryKiB * 1024) / 1024;
        return there is null || most is null ? there ?? most : Math.Min(there.Value, most.Value);
    }

    private static long? Number(string? text, long most) => long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number : null;

    private static string Size(long kib) => kib >= 1 << 20
        ? $"{(kib / (double)(1 << 20)).ToString("0.#", CultureInfo.InvariantCulture)} GiB"
        : $"{kib / 1024} MiB";
}
