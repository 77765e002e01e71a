using System.Runtime.InteropServices;

namespace Drafthorse.Sandboxd;

/// <summary>The kernel's keys of a login session, which no namespace covers; see keyctl(2).</summary>
internal static partial class SessionKeyring
{
    private const int JoinSession = 1;
    private const int EPERM = 1;
    private const int ENOSYS = 38;

    private static readonly nint Call = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 219 : 250;

    /// <summary>Gives this thread, and what it starts from now on, a new and empty keyring in place of the session's. Throws <see cref="IOException"/>
    /// when it cannot be had; a system that knows no keys, or lets this process use none, has nothing to hide.</summary>
    public static void Leave()
    {
        if (OperatingSystem.IsLinux() && syscall(Call, JoinSession, 0) < 0 && Marshal.GetLastPInvokeError() is var error and not (EPERM or ENOSYS))
            throw new IOException($"the session keyring cannot be left: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint operation, nint name);
}
