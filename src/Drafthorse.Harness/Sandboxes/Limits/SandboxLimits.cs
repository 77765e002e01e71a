namespace Drafthorse.Harness;

/// <summary>
/// How much of its machine one sandbox is planned with, and how far it may go beyond: a build that takes more for a moment is
/// better let through than killed. What is planned with decides who yields when the machine is short; the ceiling is enforced.
/// </summary>
public sealed record SandboxLimits
{
    private const long LeastMemory = 32L << 20;
    private const int LeastPids = 16;

    /// <summary>Memory that a sandbox is planned with, in bytes, its <c>/tmp</c> included (default 4 GiB).</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Most memory that it gets, in bytes; null (default) = <see cref="HeadRoom"/> times what it is planned with. Never more than three
    /// quarters of the machine's, or what it is planned with where that is more.</summary>
    public long? MemoryCeilingBytes { get; init; }

    /// <summary>Processors that it is planned with; fractions are allowed (default 2).</summary>
    public double Cpus { get; init; } = 2;

    /// <summary>Most processors that it gets; null (default) = <see cref="HeadRoom"/> times what it is planned with.</summary>
    public double? CpuCeiling { get; init; }

    /// <summary>Processes and threads that it is planned with (default 1,024).</summary>
    public int Pids { get; init; } = 1024;

    /// <summary>Most processes and threads that it gets; null (default) = <see cref="HeadRoom"/> times what it is planned with.</summary>
    public int? PidsCeiling { get; init; }

    /// <summary>How many times what it is planned with a sandbox may take where no ceiling is named (default 3, at least 1).</summary>
    public double HeadRoom { get; init; } = 3;

    internal long MostMemoryBytes => MemoryCeilingBytes ?? (long)(MemoryBytes * HeadRoom);

    internal double MostCpus => CpuCeiling ?? Cpus * HeadRoom;

    internal int MostPids => PidsCeiling ?? (int)Math.Min(Pids * HeadRoom, int.MaxValue);

    /// <summary>The same without any head-room: what a sandbox is planned with is all it gets.</summary>
    internal SandboxLimits WithoutHeadRoom() => this with { HeadRoom = 1, MemoryCeilingBytes = null, CpuCeiling = null, PidsCeiling = null };

    /// <summary>The limits on a machine with so much memory.</summary>
    internal SandboxLimits On(long machineBytes) =>
        this with { MemoryCeilingBytes = Math.Min(MostMemoryBytes, Math.Max(MemoryBytes, machineBytes / 4 * 3)) };

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> for limits that nothing can live in, or that contradict each other.</summary>
    internal SandboxLimits Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytes, LeastMemory);
        ArgumentOutOfRangeException.ThrowIfLessThan(Cpus, 0.01);
        ArgumentOutOfRangeException.ThrowIfLessThan(Pids, LeastPids);
        ArgumentOutOfRangeException.ThrowIfLessThan(HeadRoom, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostMemoryBytes, MemoryBytes, nameof(MemoryCeilingBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MostCpus, Cpus, nameof(CpuCeiling));
        ArgumentOutOfRangeException.ThrowIfLessThan(MostPids, Pids, nameof(PidsCeiling));
        return this;
    }
}
