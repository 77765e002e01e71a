using System.Runtime.InteropServices;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>Starts one process in a session of its own, with nothing of ours but its three standard streams.</summary>
internal static unsafe class Spawner
{
    /// <summary>More than any C library's structures need.</summary>
    private const int StructureSize = 1024;

    /// <summary>Starts it and returns its id. <paramref name="input"/> -1 is an empty input. Throws <see cref="IOException"/>.</summary>
    public static int Start(
        IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string directory, int input, int output, int error)
    {
        byte* actions = stackalloc byte[StructureSize];
        byte* attributes = stackalloc byte[StructureSize];
        byte* signals = stackalloc byte[StructureSize];
        using var strings = new NativeStrings();
        byte** argv = strings.Add(arguments);
        byte** envp = strings.Add(environment);

        Check(Libc.posix_spawn_file_actions_init(actions));
        Check(Libc.posix_spawnattr_init(attributes));
        try
        {
            if (input < 0)
                Check(Libc.posix_spawn_file_actions_addopen(actions, 0, strings.Add("/dev/null"), Libc.O_RDONLY, 0));
            else
                Check(Libc.posix_spawn_file_actions_adddup2(actions, input, 0));

            Check(Libc.posix_spawn_file_actions_adddup2(actions, output, 1));
            Check(Libc.posix_spawn_file_actions_adddup2(actions, error, 2));
            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, strings.Add(directory)));

            // The runtime ignores and blocks signals that a shell must get.
            Check(Libc.posix_spawnattr_setflags(attributes, (short)(Libc.SpawnSetSid | Libc.SpawnSetSigDef | Libc.SpawnSetSigMask)));
            Check(Libc.sigfillset(signals));
            Check(Libc.posix_spawnattr_setsigdefault(attributes, signals));
            Check(Libc.sigemptyset(signals));
            Check(Libc.posix_spawnattr_setsigmask(attributes, signals));

            Check(Libc.posix_spawn(out int pid, argv[0], actions, attributes, argv, envp));
            return pid;
        }
        finally
        {
            _ = Libc.posix_spawnattr_destroy(attributes);
            _ = Libc.posix_spawn_file_actions_destroy(actions);
        }
    }

    private static void Check(int failure)
    {
        if (failure != 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(failure));
    }

    /// <summary>Strings as C has them, freed together.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly List<nint> _blocks = [];

        public byte* Add(string text)
        {
            nint block = Marshal.StringToCoTaskMemUTF8(text);
            _blocks.Add(block);
            return (byte*)block;
        }

        public byte** Add(IReadOnlyList<string> texts)
        {
            nint block = Marshal.AllocCoTaskMem((texts.Count + 1) * sizeof(byte*));
            _blocks.Add(block);
            byte** array = (byte**)block;
            for (int i = 0; i < texts.Count; i++)
                array[i] = Add(texts[i]);

            array[texts.Count] = null;
            return array;
        }

        public void Dispose()
        {
            foreach (nint block in _blocks)
                Marshal.FreeCoTaskMem(block);
        }
    }
}
