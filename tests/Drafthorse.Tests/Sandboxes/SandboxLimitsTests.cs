using Drafthorse.Harness;
using Drafthorse.Harness.Sandboxes.Limits;

namespace Drafthorse.Tests.Sandboxes;

public sealed class SandboxLimitsTests
{
    private static readonly SandboxLimits Server = new() { MemoryBytes = 2L << 30, Cpus = 1, Pids = 500 };

    [Fact]
    public void Ceilings_NotNamed_AreThreeTimesWhatIsPlanned()
    {
        Assert.Equal((6L << 30, 3.0, 1500), (Server.MostMemoryBytes, Server.MostCpus, Server.MostPids));
        Assert.Equal((2L << 30, 1.0, 500), (Server.WithoutHeadRoom().MostMemoryBytes, Server.WithoutHeadRoom().MostCpus, Server.WithoutHeadRoom().MostPids));
    }

    [Theory]
    [InlineData(64, 6)]
    [InlineData(4, 3)]
    [InlineData(1, 2)]
    public void On_AMachine_NeverTakesAllOfItUnlessPlannedSo(long machine, long expected) =>
        Assert.Equal(expected << 30, Server.On(machine << 30).MostMemoryBytes);

    [Fact]
    public void Within_RequestAlone_KeepsTheHeadRoomBelowTheServersCeiling()
    {
        var less = new RequestedLimits { MemoryBytes = 1L << 30 }.Within(Server);
        var more = new RequestedLimits { MemoryBytes = 4L << 30 }.Within(Server);

        Assert.Equal((1L << 30, 3L << 30), (less.MemoryBytes, less.MostMemoryBytes));
        Assert.Equal((4L << 30, 6L << 30), (more.MemoryBytes, more.MostMemoryBytes));
        Assert.Equal((1.0, 3.0, 500, 1500), (less.Cpus, less.MostCpus, less.Pids, less.MostPids));
    }

    [Fact]
    public void Within_MoreThanTheServerGives_IsCutAndSaid()
    {
        var wish = new RequestedLimits { MemoryBytes = 8L << 30, MemoryCeilingBytes = 9L << 30, CpuCeiling = 0.5, Pids = 9000 };
        var given = wish.Within(Server);

        given.Check();
        Assert.Equal((6L << 30, 6L << 30, 0.5, 0.5, 1500, 1500), (given.MemoryBytes, given.MostMemoryBytes, given.Cpus, given.MostCpus, given.Pids, given.MostPids));
        Assert.Equal(
            ["memory: 9 GiB asked for, 6 GiB given, the most that this server allows", "pids: 9000 asked for, 1500 given, the most that this server allows"],
            wish.Refused(Server));
        Assert.Empty(new RequestedLimits { MemoryBytes = 6L << 30 }.Refused(Server));
    }

    [Fact]
    public void Check_NothingCanLiveInIt_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SandboxLimits { MemoryBytes = 1 << 20 }.Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SandboxLimits { MemoryCeilingBytes = 1L << 30 }.Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SandboxLimits { HeadRoom = 0.5 }.Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SandboxLimits { Pids = 3 }.Check());
    }

    [Theory]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("4GiB", 4L << 30)]
    [InlineData("1.5 gib", 3L << 29)]
    [InlineData("4GB", 0)]
    [InlineData("-4GiB", 0)]
    [InlineData("0.1MiB", 0)]
    [InlineData("99999999999999999999GiB", 0)]
    [InlineData("GiB", 0)]
    [InlineData("4", 0)]
    public void ByteSize_AsPeopleWriteIt_IsRead(string text, long expected)
    {
        Assert.Equal(expected > 0, ByteSize.TryParse(text, out var bytes));
        Assert.Equal(expected, bytes);
    }
}
