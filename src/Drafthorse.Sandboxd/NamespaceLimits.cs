using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Drafthorse.Sandboxd;

/// <summary>
/// Limits of a sandbox's own user namespace, see user_namespaces(7): where all sandboxes are the same user of the host, none may use up what the
/// kernel gives that user. Who may set them may also undo them, so the right to is given up at once, by running this program anew.
/// </summary>
internal static unsafe partial class NamespaceLimits
{
    private const string Folder = "/proc/sys/user";
    private const int PR_CAP_AMBIENT = 47, IsSet = 1, Lower = 3;
    private const int CAP_SYS_RESOURCE = 24;

    /// <summary>One sandbox gets an eighth of what the user has.</summary>
    private const int Share = 8;

    /// <summary>Does nothing without that right. Does not return where it was given up. Throws <see cref="IOException"/> when the program cannot be run anew.</summary>
    public static void LowerAndRunAnew()
    {
        if (!OperatingSystem.IsLinux() || prctl(PR_CAP_AMBIENT, IsSet, CAP_SYS_RESOURCE, 0, 0) != 1)
            return;

        Write("max_inotify_instances", Read("/proc/sys/fs/inotify/max_user_instances") / Share);
        Write("max_inotify_watches", Read("/proc/sys/fs/inotify/max_user_watches") / Share);
        foreach (string kind in (ReadOnlySpan<string>)["user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"])
            Write($"max_{kind}_namespaces", 0);

        _ = prctl(PR_CAP_AMBIENT, Lower, CAP_SYS_RESOURCE, 0, 0);
        string[] arguments = File.ReadAllText("/proc/self/cmdline").Split('\0', StringSplitOptions.None)[..^1];
        string[] environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}")];
        fixed (byte** argv = Texts(arguments), envp = Texts(environment))
            _ = execve("/proc/self/exe", argv, envp);
        throw new IOException($"the daemon cannot be run anew: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    private static int Read(string file) => int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture);

    private static void Write(string name, int limit)
    {
        string path = Path.Combine(Folder, name);
        if (File.Exists(path))
            File.WriteAllText(path, limit.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>As the system takes them; never given back, as the program does not go on.</summary>
    private static byte*[] Texts(string[] texts)
    {
        var all = new byte*[texts.Length + 1];
        for (int i = 0; i < texts.Length; i++)
            all[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return all;
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execve(string path, byte** arguments, byte** environment);
}
