using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Harness.Runs;

/// <summary>
/// The name under which this process owns threads: machine, process id, when and where the process began, and a random part. Whoever reads
/// it on the same machine can tell that the process is gone for good, and need not wait for its lease.
/// </summary>
internal static class OwnerName
{
    private const int StartTimeField = 19;
    private const int StateField = 0;

    private static readonly string? Place = FindPlace();

    /// <summary>A name that nobody else has.</summary>
    public static string New() => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}:{ReadStat(Environment.ProcessId)?[StartTimeField]}@{Place}:{Guid.NewGuid():N}");

    /// <summary>Whether the process of that name ran under the same kernel and sees the same process ids, and has ended. False where that
    /// cannot be told for sure.</summary>
    public static bool IsGone(string owner)
    {
        if (Place is null || owner.Split(':') is not [.., var id, var began, _] || began.Split('@') is not [{ Length: > 0 } start, var place] || place != Place
            || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var process))
        {
            return false;
        }

        return ReadStat(process) is { } stat ? stat[StartTimeField] != start || stat[StateField] is "Z" or "X" : !Exists(process);
    }

    /// <summary>The start of the kernel and the namespace of process ids: an id means the same process only within both.</summary>
    private static string? FindPlace()
    {
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id");
            return new FileInfo("/proc/self/ns/pid").LinkTarget is { } ids ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(boot + ids)))[..16] : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The fields of a process's state after its name, from its state letter on; null when they cannot be read.</summary>
    private static string[]? ReadStat(int process)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ') is { Length: > StartTimeField } fields ? fields : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Also true for a process that is hidden from this user.</summary>
    private static bool Exists(int process)
    {
        try
        {
            Process.GetProcessById(process).Dispose();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
