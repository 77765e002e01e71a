using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>A process as Linux lists it.</summary>
internal readonly record struct ProcessEntry(int Id, int Parent, int Session, ulong StartTime, bool IsDead);

/// <summary>The processes of this machine or container, from <c>/proc</c>. Read with bare system calls: it is read while a storm of
/// forks goes on.</summary>
internal static class ProcessTable
{
    private const int ParentField = 1;
    private const int SessionField = 3;
    private const int StartTimeField = 19;
    private const int LineSize = 1024;
    private const int MaxPath = 64;
    private const int MaxRounds = 32;
    private const int MaxNew = 4096;
    private const int MaxEnvironment = 256 * 1024;

    /// <summary>All of them. A process that forks and ends while this looks does not hide its child: the numbers that were given out
    /// meanwhile are looked at too.</summary>
    public static List<ProcessEntry> ReadAll()
    {
        int last = ReadLastId();
        var entries = new List<ProcessEntry>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Read(id) is { } entry)
                entries.Add(entry);
        }

        for (int round = 0; round < MaxRounds; round++)
        {
            int now = ReadLastId();
            for (int id = Math.Max(last + 1, now - MaxNew); id <= now; id++)
            {
                if (Read(id) is { } entry)
                    entries.Add(entry);
            }

            if (now == last)
                break;

            last = now;
        }

        return entries;
    }

    /// <summary>Null when there is none.</summary>
    public static ProcessEntry? Read(int id)
    {
        Span<byte> buffer = stackalloc byte[LineSize];
        int length = ReadFile($"/proc/{id}/stat", buffer);
        ReadOnlySpan<byte> line = buffer[..length];

        // The name before the fields may hold anything, also parentheses.
        int name = line.LastIndexOf((byte)')');
        if (name < 0)
            return null;

        line = line[(name + 1)..].TrimStart((byte)' ');
        bool isDead = line.Length > 0 && line[0] is (byte)'Z' or (byte)'X';
        (int parent, int session, ulong startTime) = (0, 0, 0);
        for (int field = 0; field <= StartTimeField; field++)
        {
            int end = line.IndexOf((byte)' ');
            if (end < 0)
                return null;

            ReadOnlySpan<byte> value = line[..end];
            bool read = field switch
            {
                ParentField => Utf8Parser.TryParse(value, out parent, out _),
                SessionField => Utf8Parser.TryParse(value, out session, out _),
                StartTimeField => Utf8Parser.TryParse(value, out startTime, out _),
                _ => true,
            };
            if (!read)
                return null;

            line = line[(end + 1)..];
        }

        return new ProcessEntry(id, parent, session, startTime, isDead);
    }

    /// <summary>Whether a process was started with this in its environment.</summary>
    public static bool HasInEnvironment(int id, ReadOnlySpan<byte> variable)
    {
        byte[] buffer = new byte[LineSize * 8];
        while (true)
        {
            int length = ReadFile($"/proc/{id}/environ", buffer);
            if (length < buffer.Length || buffer.Length >= MaxEnvironment)
                return buffer.AsSpan(0, length).IndexOf(variable) >= 0;

            buffer = new byte[buffer.Length * 4];
        }
    }

    /// <summary>The number that was given out last: the last field.</summary>
    public static int ReadLastId()
    {
        Span<byte> buffer = stackalloc byte[LineSize];
        ReadOnlySpan<byte> line = buffer[..ReadFile("/proc/loadavg", buffer)].TrimEnd((byte)'\n');
        return Utf8Parser.TryParse(line[(line.LastIndexOf((byte)' ') + 1)..], out int id, out _) ? id : 0;
    }

    private static unsafe int ReadFile(string path, Span<byte> target)
    {
        Span<byte> name = stackalloc byte[MaxPath];
        name[Encoding.ASCII.GetBytes(path, name[..^1])] = 0;
        int fd;
        fixed (byte* start = name)
            fd = Libc.open(start, Libc.ReadCloseOnExec);
        if (fd < 0)
            return 0;

        int length = 0;
        fixed (byte* bytes = target)
        {
            nint read;
            while (length < target.Length && (read = Libc.read(fd, bytes + length, (nuint)(target.Length - length))) > 0)
                length += (int)read;
        }

        _ = Libc.close(fd);
        return length;
    }
}
