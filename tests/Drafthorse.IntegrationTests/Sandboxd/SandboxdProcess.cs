using System.Diagnostics;
using System.Net.Sockets;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.IntegrationTests.Sandboxd;

/// <summary>A <c>sandboxd serve</c> that was started by <c>sandboxd launch</c>.</summary>
internal sealed class SandboxdProcess : IAsyncDisposable
{
    private readonly string[] _program;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("drafthorse-sandboxd-");

    private readonly string _mark = Guid.NewGuid().ToString("n");

    private SandboxdProcess(string[] program) => _program = program;

    public string Socket => Path.Combine(_directory.FullName, "s");

    public static async Task<SandboxdProcess> LaunchAsync(bool native, string workingDirectory, string scratchDirectory, params string[] before)
    {
        var process = new SandboxdProcess(FindProgram(native));
        string[] serve = ["serve", "--no-doors", "--spill", Path.Combine(scratchDirectory, process._mark)];
        string[] launch = ["launch", "--socket", process.Socket, "--log", Path.Combine(process._directory.FullName, "log"), "--", .. before];
        using Process launcher = Start([.. process._program, .. launch, .. process._program, .. serve], workingDirectory);
        launcher.StandardInput.Close();
        string error = await launcher.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await launcher.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", error);
        Assert.Equal(0, launcher.ExitCode);
        return process;
    }

    public async Task<Stream> ConnectAsync()
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), TestContext.Current.CancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                // More are waiting than the daemon has taken so far.
                socket.Dispose();
            }
        }
    }

    /// <summary>The relay that a backend runs inside of the sandbox.</summary>
    public Process Attach() => Start([.. _program, "attach", "--socket", Socket], "/");

    /// <summary>Asks the daemon to end and waits until it has. It is a child of the machine's first process, which may take seconds to reap it.</summary>
    public async Task TerminateAsync()
    {
        foreach (int pid in FindProcesses())
        {
            _ = Libc.kill(pid, Libc.SIGTERM);
            while (ProcessTable.Read(pid) is { IsDead: false })
                await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await TerminateAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>The daemon, by the arguments that no other has.</summary>
    private List<int> FindProcesses()
    {
        var found = new List<int>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(directory), out int pid) && File.ReadAllText(Path.Combine(directory, "cmdline")).Contains(_mark, StringComparison.Ordinal))
                    found.Add(pid);
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }

    private static string[] FindProgram(bool native)
    {
        if (!native)
            return [Path.Combine(Path.GetDirectoryName(Environment.ProcessPath!)!, "dotnet") is var own && File.Exists(own) ? own : "dotnet", SandboxdPrograms.FindManaged()!];

        if (SandboxdPrograms.FindNative() is not { } program)
        {
            Assert.Skip("There is no native sandboxd; build it with deploy/sandbox/build-sandboxd.sh.");
            return [];
        }

        return [program];
    }

    private static Process Start(string[] command, string workingDirectory)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = workingDirectory,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["SANDBOXD_TEST"] = "1";
        return Process.Start(start)!;
    }
}
