using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;

namespace Drafthorse.Tests.Sandbox.Exec;

public sealed class InProcessExecTests : ExecConformance
{
    private SandboxDaemon? _daemon;

    protected override Task<SandboxClient> AttachAsync(long token)
    {
        _daemon ??= new SandboxDaemon(new SandboxDaemonOptions
        {
            WorkingDirectory = Scratch,
            SpillDirectory = Path.Combine(Scratch, "spill"),
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" },
        });
        return SandboxClient.AttachAsync(_daemon.Connect(), new AttachRequest { Token = token }, null, Token);
    }

    protected override Task StopAsync() => _daemon!.DisposeAsync().AsTask();
}
