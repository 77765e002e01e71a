using System.Runtime.InteropServices;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>What is asked of the operating system directly. The base library's Process class cannot start a command in a session of its
/// own, and would compete with us for the exit codes.</summary>
internal static unsafe partial class Libc
{
    public const int EINTR = 4;
    public const int SIGKILL = 9;
    public const int SIGTERM = 15;
    public const short POLLIN = 1;
    public const short POLLOUT = 4;
    public const int WNOHANG = 1;
    public const short SpawnSetSigDef = 0x04;
    public const short SpawnSetSigMask = 0x08;
    public const int O_RDONLY = 0;

    /// <summary>For Linux, where alone it is used.</summary>
    public const int ReadCloseOnExec = 0x80000;
    public static readonly int AppendToFile = OperatingSystem.IsMacOS() ? 0x1 | 0x8 | 0x200 : 0x1 | 0x400 | 0x40;

    private const int F_SETFD = 2;
    private const int F_GETFL = 3;
    private const int F_SETFL = 4;
    private const int FD_CLOEXEC = 1;
    private const int PidfdOpenCall = 434;
    private const int PR_SET_DUMPABLE = 4;
    private const int PR_SET_CHILD_SUBREAPER = 36;
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const int PR_CAP_AMBIENT = 47;
    private const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private const string OwnDescriptors = "/proc/self/fd";
    private const string Name = "libc";

    public static readonly int EAGAIN = OperatingSystem.IsMacOS() ? 35 : 11;
    public static readonly int SIGSTOP = OperatingSystem.IsMacOS() ? 17 : 19;
    public static readonly int SIGCONT = OperatingSystem.IsMacOS() ? 19 : 18;
    private static readonly int O_NONBLOCK = OperatingSystem.IsMacOS() ? 0x4 : 0x800;
    private static readonly int O_CLOEXEC = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>A session of its own; on macOS also the rule that no descriptor is handed down unless named.</summary>
    public static readonly short SpawnSetSid = OperatingSystem.IsMacOS() ? (short)(0x0400 | 0x4000) : (short)0x80;

    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Makes a pipe whose ends are closed in what is spawned.</summary>
    public static (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        if (OperatingSystem.IsMacOS())
        {
            Check(pipe(ends));
            Check(SetDescriptor(ends[0], F_SETFD, FD_CLOEXEC));
            Check(SetDescriptor(ends[1], F_SETFD, FD_CLOEXEC));
        }
        else
        {
            Check(pipe2(ends, O_CLOEXEC));
        }

        return (ends[0], ends[1]);
    }

    public static void SetNonBlocking(int fd) => Check(SetDescriptor(fd, F_SETFL, SetDescriptor(fd, F_GETFL, 0) | O_NONBLOCK));

    /// <summary>A descriptor that polls readable when the process has ended, or -1 where there is none.</summary>
    public static int OpenPidfd(int pid) => OperatingSystem.IsLinux() ? (int)syscall(PidfdOpenCall, pid, 0) : -1;

    /// <summary>What this process was itself handed down, beyond the standard streams, is not handed on.</summary>
    public static void KeepInheritedDescriptors()
    {
        if (!Directory.Exists(OwnDescriptors))
            return;

        try
        {
            foreach (string path in Directory.GetFiles(OwnDescriptors))
            {
                if (int.TryParse(Path.GetFileName(path.AsSpan()), out int fd) && fd > 2)
                    _ = SetDescriptor(fd, F_SETFD, FD_CLOEXEC);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Hidden from others, which a daemon of its own does after this, it is hidden from itself too.
        }
    }

    /// <summary>Nobody but root may open this process's memory or descriptors.</summary>
    public static void HideFromOthers()
    {
        if (OperatingSystem.IsLinux())
            Check(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
    }

    /// <summary>What this thread starts from now on gets no right that this process does not have by its user, and never more.</summary>
    public static void DropRightsOfChildren()
    {
        if (!OperatingSystem.IsLinux())
            return;

        Check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        _ = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    }

    /// <summary>Processes whose parent dies become children of this one.</summary>
    public static void AdoptOrphans()
    {
        if (OperatingSystem.IsLinux())
            Check(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
    }

    /// <summary>Closes those that are open; -1 is none.</summary>
    public static void Close(params ReadOnlySpan<int> fds)
    {
        foreach (int fd in fds)
        {
            if (fd >= 0)
                _ = close(fd);
        }
    }

    private static void Check(int result)
    {
        if (result < 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(LastError));
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary>Has the system keep how a child ended until it is asked, whatever this process inherited. Nobody else may handle the
    /// signal here: the runtime's own handler of it reaps children and their exit codes are lost.</summary>
    public static void KeepEndedChildren()
    {
        if (!OperatingSystem.IsWindows())
            signal(OperatingSystem.IsMacOS() ? 20 : 17, 0);
    }

    [LibraryImport(Name)]
    private static partial nint signal(int number, nint handler);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int poll(PollFd* fds, nuint count, int timeoutMilliseconds);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int open(byte* path, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport(Name)]
    public static partial int close(int fd);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int waitpid(int pid, out int status, int options);

    [LibraryImport(Name)]
    public static partial int geteuid();

    [LibraryImport(Name)]
    public static partial int posix_spawn(out int pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int fd, int target);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_addopen(void* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport(Name)]
    public static partial int posix_spawn_file_actions_addchdir_np(void* actions, byte* path);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport(Name)]
    public static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport(Name)]
    public static partial int sigemptyset(void* signals);

    [LibraryImport(Name)]
    public static partial int sigfillset(void* signals);

    /// <summary>On Apple's ARM processors a variable argument lies on the stack, after all registers.</summary>
    private static int SetDescriptor(int fd, int command, int argument) =>
        OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? fcntl(fd, command, 0, 0, 0, 0, 0, 0, argument)
            : fcntl(fd, command, argument);

    [LibraryImport(Name, SetLastError = true)]
    private static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Name, SetLastError = true)]
    private static partial int fcntl(int fd, int command, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, nint argument);

    [LibraryImport(Name, SetLastError = true)]
    private static partial int pipe(int* ends);

    [LibraryImport(Name, SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport(Name, SetLastError = true)]
    private static partial nint syscall(nint number, nint argument0, nint argument1);

    [LibraryImport(Name, SetLastError = true)]
    private static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);
}
