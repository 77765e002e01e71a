using System.Runtime.InteropServices;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>The C library's description of a process to start, in a session of its own and with the signals that a program expects.</summary>
internal sealed unsafe class SpawnPlan : IDisposable
{
    /// <summary>More than any C library's structures need.</summary>
    private const int StructureSize = 1024;

    private const uint LogMode = 0b110_000_000;

    private readonly List<nint> _blocks = [];
    private readonly byte* _actions;
    private readonly byte* _attributes;

    public SpawnPlan()
    {
        _actions = Allocate(StructureSize);
        _attributes = Allocate(StructureSize);
        Check(Libc.posix_spawn_file_actions_init(_actions));
        Check(Libc.posix_spawnattr_init(_attributes));

        // The runtime ignores and blocks signals that a shell must get.
        byte* signals = Allocate(StructureSize);
        Check(Libc.posix_spawnattr_setflags(_attributes, (short)(Libc.SpawnSetSid | Libc.SpawnSetSigDef | Libc.SpawnSetSigMask)));
        Check(Libc.sigfillset(signals));
        Check(Libc.posix_spawnattr_setsigdefault(_attributes, signals));
        Check(Libc.sigemptyset(signals));
        Check(Libc.posix_spawnattr_setsigmask(_attributes, signals));
    }

    public void Give(int fd, int target) => Check(Libc.posix_spawn_file_actions_adddup2(_actions, fd, target));

    public void Open(int target, string path, int flags) =>
        Check(Libc.posix_spawn_file_actions_addopen(_actions, target, Text(path), flags, LogMode));

    public void Enter(string directory) => Check(Libc.posix_spawn_file_actions_addchdir_np(_actions, Text(directory)));

    public int Run(IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        byte** argv = Texts(arguments);
        Check(Libc.posix_spawn(out int pid, argv[0], _actions, _attributes, argv, Texts(environment)));
        return pid;
    }

    public void Dispose()
    {
        _ = Libc.posix_spawn_file_actions_destroy(_actions);
        _ = Libc.posix_spawnattr_destroy(_attributes);
        foreach (nint block in _blocks)
            Marshal.FreeCoTaskMem(block);
    }

    private static void Check(int failure)
    {
        if (failure != 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(failure));
    }

    private byte* Allocate(int size) => (byte*)Keep(Marshal.AllocCoTaskMem(size));

    private byte* Text(string text) => (byte*)Keep(Marshal.StringToCoTaskMemUTF8(text));

    private byte** Texts(IReadOnlyList<string> texts)
    {
        byte** array = (byte**)Allocate((texts.Count + 1) * sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
            array[i] = Text(texts[i]);

        array[texts.Count] = null;
        return array;
    }

    private nint Keep(nint block)
    {
        _blocks.Add(block);
        return block;
    }
}
