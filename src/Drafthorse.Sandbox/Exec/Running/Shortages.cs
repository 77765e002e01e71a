using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Finds out what the sandbox ran out of while a command failed.</summary>
internal sealed class Shortages(CommandSettings settings)
{
    /// <summary>A disk with less is full.</summary>
    private const long LeastFree = 16L * 1024 * 1024;

    /// <summary>What the kernel has counted so far.</summary>
    public (long Killed, long Refused) Count() => settings.Counters.Read();

    /// <summary>What ran out, or null. Of commands at the same time each that failed hears of it.</summary>
    /// <param name="before">What was counted when the command began.</param>
    /// <param name="start">What was run.</param>
    /// <param name="kept">What is kept of its output.</param>
    public ExecShortage? Find((long Killed, long Refused) before, CommandStart start, IEnumerable<byte[]> kept)
    {
        (long killed, long refused) = Count();
        return killed > before.Killed ? new ExecShortage { Kind = ExecShortageKind.Memory, Limit = settings.MemoryLimit }
            : refused > before.Refused ? new ExecShortage { Kind = ExecShortageKind.Processes, Limit = settings.ProcessLimit }
            : kept.Any(SaysDiskIsFull) ? FindFullDisk(start)
            : null;
    }

    /// <summary>As the C library says it; programs repeat its words.</summary>
    private static bool SaysDiskIsFull(byte[] output) =>
        output.AsSpan().IndexOf("No space left on device"u8) >= 0 || output.AsSpan().IndexOf("Disk quota exceeded"u8) >= 0;

    private ExecShortage? FindFullDisk(CommandStart start)
    {
        foreach (string? place in (ReadOnlySpan<string?>)[start.Directory, settings.WorkingDirectory, "/tmp", settings.Environment.GetValueOrDefault("HOME"), settings.SpillDirectory])
        {
            if (place is { Length: > 0 } && FullSize(place) is { } size)
                return new ExecShortage { Kind = ExecShortageKind.Disk, Limit = size, Place = place };
        }

        return null;
    }

    /// <summary>The size of a directory's disk when that is full, else null.</summary>
    private static long? FullSize(string place)
    {
        try
        {
            var disk = new DriveInfo(place);
            return disk.AvailableFreeSpace < LeastFree ? disk.TotalSize : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
