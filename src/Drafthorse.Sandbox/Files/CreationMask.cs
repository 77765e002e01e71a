using System.Runtime.InteropServices;

namespace Drafthorse.Sandbox.Files;

/// <summary>The rights that files which this process makes do not get. The process has one mask for all of its threads.</summary>
internal static partial class CreationMask
{
    private const uint Private = 0x3F;
    private const uint Usual = 0x12;
    private static uint? _given;

    /// <summary>The mask that the process was started with, as <c>umask</c> has it: what a person's own files are made with.</summary>
    public static UnixFileMode Given => (UnixFileMode)(_given ?? Usual);

    /// <summary>From now on new files are their owner's alone (077). Does nothing on Windows.</summary>
    public static void Close()
    {
        if (OperatingSystem.IsWindows())
            return;
        var before = umask(Private);
        _given ??= before;
    }

    /// <summary>The mask is again what it was before <see cref="Close"/>.</summary>
    public static void Restore()
    {
        if (_given is { } given)
            _ = umask(given);
    }

    /// <summary>The mask is the usual one of a system (022), whatever it was.</summary>
    public static void UseUsual()
    {
        if (!OperatingSystem.IsWindows())
            _ = umask(Usual);
    }

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);
}
