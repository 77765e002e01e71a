using System.Diagnostics;
using System.Globalization;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>
/// Finds a sandbox's first process by what it is, the first of a process namespace with the sandbox's own directory mounted at
/// <c>/src</c>, so that no recorded id can be stale or reused by another.
/// </summary>
internal static class SandboxProcess
{
    public static int? Find(string name)
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && IsFirstOf(name, entry))
                return id;
        }

        return null;
    }

    /// <summary>Bytes of memory of each living process of the sandbox's namespace; what they share counts for each.</summary>
    public static IReadOnlyList<long> ReadMemory(string name)
    {
        if (Find(name) is not { } first || NamespaceOf(first) is not { } own)
            return [];

        var processes = new List<long>();
        foreach (var entry in Directory.EnumerateDirectories("/proc").Where(entry => int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                if (NamespaceOf(entry) != own)
                    continue;

                // One that has ended and was not reaped yet has no pages at all.
                if (long.Parse(File.ReadAllText(Path.Combine(entry, "statm")).Split(' ')[1], CultureInfo.InvariantCulture) is > 0 and var pages)
                    processes.Add(pages * Environment.SystemPageSize);
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return processes;
    }

    /// <summary>Ends the sandbox: with its first process the kernel kills every other one of its namespace.</summary>
    public static async Task KillAsync(string name, CancellationToken cancellationToken)
    {
        if (Find(name) is not { } id)
            return;
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It ended by itself in between.
        }
    }

    private static string? NamespaceOf(int id) => NamespaceOf(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}"));

    private static string? NamespaceOf(string entry)
    {
        try
        {
            return new FileInfo(Path.Combine(entry, "ns", "pid")).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsFirstOf(string name, string entry)
    {
        try
        {
            var ids = File.ReadLines(Path.Combine(entry, "status")).FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal))
                ?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return ids is [_, _, .., "1"]
                && File.ReadLines(Path.Combine(entry, "mountinfo")).Any(line =>
                    line.Split(' ') is [_, _, _, var root, "/src", ..] && root.EndsWith($"/{name}/src", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
