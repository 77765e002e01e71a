using Docker.DotNet.Models;
using Drafthorse.Harness;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Sandboxes;

public sealed class ContainerPlanTests
{
    [Fact]
    public void Create_Defaults_IsClosed()
    {
        var plan = Create(new SandboxLimits(), engineCpus: 1);

        var host = plan.HostConfig!;
        Assert.Equal("none", host.NetworkMode);
        Assert.Equal(["ALL"], host.CapDrop);
        Assert.Equal(["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"], host.CapAdd);
        Assert.Contains("no-new-privileges", host.SecurityOpt!);
        Assert.False(host.Privileged);
        Assert.Null(host.Binds);
        Assert.Null(host.Mounts);
        Assert.Equal(host.Memory, host.MemorySwap);
        Assert.Equal(1_000_000_000, host.NanoCPUs);
        Assert.True(host.PidsLimit > 0);
        Assert.Contains("/tmp", host.Tmpfs!.Keys);
        Assert.Contains("127.0.0.1", host.DNS!);
    }

    [Fact]
    public void Create_Limits_RequestIsReservedAndCeilingEnforced()
    {
        var host = Create(new SandboxLimits { MemoryBytes = 1L << 30, Cpus = 1, Pids = 100, PidsCeiling = 150 }, engineCpus: 8).HostConfig!;

        Assert.Equal((1L << 30, 3L << 30, 3_000_000_000, 150, 102), (host.MemoryReservation, host.Memory, host.NanoCPUs, host.PidsLimit, host.CPUShares));
    }

    private static CreateContainerParameters Create(SandboxLimits limits, long engineCpus) =>
        ContainerPlan.Create(new DockerSandboxOptions(), new SandboxStart { ThreadId = ThreadId.FromKey("x"), Name = "x" }, limits, engineCpus);
}
