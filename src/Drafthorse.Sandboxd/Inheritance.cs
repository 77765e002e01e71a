using System.Runtime.InteropServices;

namespace Drafthorse.Sandboxd;

/// <summary>
/// What a process hands down and no namespace sets anew: the umask, limits, the scheduling, how Linux shows itself. A sandbox gets the same of
/// each whoever started the server, and never more than the server has.
/// </summary>
internal static unsafe partial class Inheritance
{
    private const uint OrdinaryUmask = 0b000_010_010;

    /// <summary>Less of the processor than the server when there is not enough, and the first to end when memory runs out.</summary>
    private const int Nice = 5;
    private const string OutOfMemoryScore = "500";

    /// <summary>From Linux's <c>asm-generic/resource.h</c>, which x86-64 and arm64 use.</summary>
    private const int StackLimit = 3, CoreLimit = 4, FilesLimit = 7, LockedMemoryLimit = 8, QueuesLimit = 12, NiceLimit = 13, RealTimeLimit = 14;

    private const int SCHED_OTHER = 0;
    private const int PRIO_PROCESS = 0;

    /// <summary>Sets all of it for what this thread starts from now on. A value that this user may not set stays as it is: it is
    /// lower already.</summary>
    public static void Settle()
    {
        if (!OperatingSystem.IsLinux())
            return;

        SettleLimits();
        _ = personality(0);
        int priority = 0;
        _ = sched_setscheduler(0, SCHED_OTHER, &priority);
        _ = setpriority(PRIO_PROCESS, 0, Nice);
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", OutOfMemoryScore);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The server itself is to end before.
        }
    }

    /// <summary>Sets the umask and the limits of this process and all that it starts.</summary>
    public static void SettleLimits()
    {
        if (!OperatingSystem.IsLinux())
            return;

        _ = umask(OrdinaryUmask);

        // With one byte the kernel also runs no program of the host for a crash, which it does with none.
        Limit(CoreLimit, 1, 1);
        Limit(FilesLimit, 65_536, 65_536);
        Limit(StackLimit, 8 << 20, ulong.MaxValue);
        Limit(LockedMemoryLimit, 8 << 20, 8 << 20);
        Limit(QueuesLimit, 819_200, 819_200);
        Limit(NiceLimit, 0, 0);
        Limit(RealTimeLimit, 0, 0);
    }

    private static void Limit(int resource, ulong soft, ulong hard)
    {
        ulong* now = stackalloc ulong[2];
        if (getrlimit(resource, now) != 0)
            return;

        now[1] = Math.Min(now[1], hard);
        now[0] = Math.Min(soft, now[1]);
        _ = setrlimit(resource, now);
    }

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);

    [LibraryImport("libc")]
    private static partial int personality(nuint persona);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, ulong* limits);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, ulong* limits);

    [LibraryImport("libc")]
    private static partial int setpriority(int which, uint who, int priority);

    [LibraryImport("libc")]
    private static partial int sched_setscheduler(int process, int policy, int* parameters);
}
