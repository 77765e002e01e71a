using System.Globalization;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec;

/// <summary>
/// Which processes run commands themselves, in files of a directory, so that a successor can end the commands of one that was killed.
/// A process is known by its number and the time it started, and its commands by a random mark in their environment: never another.
/// Linux only; elsewhere nothing is recorded.
/// </summary>
internal static class CommandRecords
{
    private const string Suffix = ".commands";
    private const int MarkLength = 32;

    /// <summary>Ends the commands of all recorded processes that live no more, and forgets those. Returns how many there were. What
    /// cannot be read or belongs to another process namespace is left alone.</summary>
    public static int EndLeft(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!OperatingSystem.IsLinux() || !Directory.Exists(directory))
            return 0;

        int ended = 0;
        foreach (string path in Directory.EnumerateFiles(directory, "*" + Suffix))
        {
            if (TryRead(path) is not { } record || !record.IsOfThisSystem || record.OwnerLives)
                continue;

            // After a start of the machine nothing of it is left, and its mark is nobody's.
            ProcessTree.OfAll(record.Mark, countsStrays: false).FreezeAndKill();
            Forget(path);
            ended++;
        }

        return ended;
    }

    /// <summary>The end of the mark that all commands of an instance carry; the beginning tells them apart.</summary>
    internal static string MarkOf(string instance) => "." + instance;

    /// <summary>Records this process and returns the file; null where that cannot be.</summary>
    internal static string? Write(string? directory, string instance)
    {
        if (directory is null || !OperatingSystem.IsLinux() || ProcessTable.Read(Environment.ProcessId) is not { } self)
            return null;

        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string path = Path.Combine(directory, instance + Suffix);
            File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{self.Id} {self.StartTime} {ThisSystem}"));
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static void Forget(string record)
    {
        try
        {
            File.Delete(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is found again, and nothing of its mark then.
        }
    }

    /// <summary>Which start of the machine and which process numbers this process sees.</summary>
    private static string ThisSystem { get; } = OperatingSystem.IsLinux()
        ? $"{Read("/proc/sys/kernel/random/boot_id")} {Directory.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name}"
        : "";

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";

    private static Record? TryRead(string path)
    {
        try
        {
            string instance = Path.GetFileNameWithoutExtension(path);
            string[] parts = File.ReadAllText(path).Split(' ', 3);
            return instance.Length == MarkLength && instance.All(char.IsAsciiHexDigit) && parts is [var id, var start, var system]
                && int.TryParse(id, CultureInfo.InvariantCulture, out int owner) && ulong.TryParse(start, CultureInfo.InvariantCulture, out ulong startTime)
                ? new Record(MarkOf(instance), owner, startTime, system)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Record(string Mark, int Owner, ulong StartTime, string SystemOfOwner)
    {
        public bool IsOfThisSystem => SystemOfOwner == ThisSystem || SystemOfOwner.Split(' ')[0] != ThisSystem.Split(' ')[0];

        public bool OwnerLives => SystemOfOwner == ThisSystem && ProcessTable.Read(Owner) is { IsDead: false } found && found.StartTime == StartTime;
    }
}
