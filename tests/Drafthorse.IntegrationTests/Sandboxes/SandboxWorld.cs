using Drafthorse.Harness;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;
using Drafthorse.Harness.Sandboxes.Local;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.IntegrationTests.Sandboxes;

/// <summary>One backend of one test, with directories of its own; removes every sandbox at the end.</summary>
internal sealed class SandboxWorld : IAsyncDisposable
{
    /// <summary>Few processes, so that a fork bomb is soon over, and memory that is soon used up.</summary>
    public static SandboxLimits Limits { get; } = new() { Pids = 200, PidsCeiling = 200, MemoryBytes = 256 << 20, MemoryCeilingBytes = 512 << 20 };

    /// <summary>Bytes of <c>/tmp</c> in an isolated sandbox.</summary>
    public const long TmpBytes = 64 << 20;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dh-");
    private readonly string _key = Guid.NewGuid().ToString();
    private int _calls;

    private SandboxWorld(SandboxKind kind, Uri? engine, string image)
    {
        Kind = kind;
        var checkout = _directory.CreateSubdirectory("src").FullName;
        Backend = kind switch
        {
            SandboxKind.Local => new LocalBackend(new LocalOptions { WorkingDirectory = checkout, SpillDirectory = Path.Combine(_directory.FullName, "spill") }),
            SandboxKind.Docker => new DockerBackend(new DockerSandboxOptions { Endpoint = engine, Image = image, Deployment = _key, Limits = Limits, TmpBytes = TmpBytes }),
            _ => new BubblewrapBackend(new BubblewrapOptions
            {
                StateDirectory = Path.Combine(_directory.FullName, "state"),
                SandboxdPath = kind == SandboxKind.BubblewrapManaged ? SandboxdPrograms.FindManaged() : null,
                Limits = Limits,
                TmpBytes = TmpBytes,
            }),
        };
        WorkingDirectory = kind == SandboxKind.Local ? checkout : "/src";
        Pool = new SandboxPool(Backend);
    }

    public SandboxKind Kind { get; }

    public ISandboxBackend Backend { get; }

    public SandboxPool Pool { get; }

    public ThreadId ThreadId => ThreadId.FromKey(_key);

    /// <summary>The checkout as commands see it.</summary>
    public string WorkingDirectory { get; }

    /// <summary>A directory on the host that no sandbox is shown.</summary>
    public string HostDirectory => _directory.FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SandboxWorld> CreateAsync(SandboxKind kind, DockerEngineFixture docker, string? image = null)
    {
        if (kind is SandboxKind.Docker or SandboxKind.BubblewrapNative && SandboxdPrograms.FindNative() is null)
            Assert.Skip($"no native sandboxd; build it with: {SandboxdPrograms.BuildCommand("x64")}");
        var world = new SandboxWorld(kind, kind == SandboxKind.Docker ? await docker.GetAsync() : null, image ?? "drafthorse/sandbox:test");
        var availability = await world.Backend.CheckAsync(Token);
        if (!availability.Ready)
            Assert.Skip(availability.Detail);
        return world;
    }

    public Task<SandboxSession> AcquireAsync(SandboxRecord? sandbox = null, long token = 1) =>
        Pool.AcquireAsync(new SandboxRequest { ThreadId = ThreadId, Token = token, Sandbox = sandbox }, Token);

    /// <summary>Runs a shell line and returns its trimmed output, whatever its exit code.</summary>
    public async Task<string> ShellAsync(SandboxSession session, string command) => (await ExecAsync(session, command)).Output.Trim();

    public async Task<ExecResult> ExecAsync(SandboxSession session, string command, TimeSpan? timeout = null)
    {
        var client = await session.GetClientAsync(Token);
        var request = Request(command, timeout);
        return await client.Commands.ExecAsync(request, null, Token).WaitAsync(request.Timeout + TimeSpan.FromSeconds(60), Token);
    }

    public ExecRequest Request(string command, TimeSpan? timeout = null) =>
        new() { CallId = $"call-{Interlocked.Increment(ref _calls)}", Command = command, Timeout = timeout ?? TimeSpan.FromSeconds(60) };

    public async ValueTask DisposeAsync()
    {
        foreach (var listing in await Backend.ListAsync(CancellationToken.None))
            await Backend.RemoveAsync(listing.Sandbox, CancellationToken.None);
        await Backend.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
