using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>What the kernel counts of the control group that a sandbox is in. Read-only files of the kernel, which nothing in the sandbox can change.</summary>
internal sealed class GroupCounters : IDisposable
{
    /// <summary>The newer layout's, then the older's.</summary>
    private static readonly string[] MemoryPlaces = ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"];
    private static readonly string[] ProcessPlaces = ["/sys/fs/cgroup/pids.events", "/sys/fs/cgroup/pids/pids.events"];

    private readonly SafeFileHandle? _memory;
    private readonly SafeFileHandle? _processes;

    private GroupCounters(SafeFileHandle? memory, SafeFileHandle? processes) => (_memory, _processes) = (memory, processes);

    /// <summary>Counts nothing.</summary>
    public static GroupCounters None { get; } = new(null, null);

    /// <summary>Those of a container, which sees its own group; nothing where it does not.</summary>
    public static GroupCounters OfContainer() => OfFiles(MemoryPlaces, ProcessPlaces);

    /// <summary>Those in the first files that can be read.</summary>
    public static GroupCounters OfFiles(IEnumerable<string> memory, IEnumerable<string> processes) => new(OpenFirst(memory), OpenFirst(processes));

    /// <summary>Those whose files were opened by whoever started this process: what counts memory, then what counts processes.</summary>
    public static GroupCounters OfDescriptors(int memory, int processes) =>
        new(new SafeFileHandle(memory, ownsHandle: true), new SafeFileHandle(processes, ownsHandle: true));

    /// <summary>How often the kernel has killed a process as memory ran out, and has refused to start one; 0 where it does not say.</summary>
    public (long Killed, long Refused) Read() => (Read(_memory, "oom_kill"), Read(_processes, "max"));

    public void Dispose()
    {
        _memory?.Dispose();
        _processes?.Dispose();
    }

    private static SafeFileHandle? OpenFirst(IEnumerable<string> places)
    {
        foreach (string place in places.Where(File.Exists))
        {
            try
            {
                return File.OpenHandle(place);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Hidden from this process.
            }
        }

        return null;
    }

    private static long Read(SafeFileHandle? file, string name)
    {
        if (file is null)
            return 0;

        Span<byte> bytes = stackalloc byte[1024];
        int length;
        try
        {
            length = RandomAccess.Read(file, bytes, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return 0;
        }

        foreach (string line in Encoding.ASCII.GetString(bytes[..length]).Split('\n'))
        {
            if (line.Split(' ') is [var word, var number] && word == name && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count))
                return count;
        }

        return 0;
    }
}
