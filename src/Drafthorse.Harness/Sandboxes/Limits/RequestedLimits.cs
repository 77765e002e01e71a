namespace Drafthorse.Harness.Sandboxes.Limits;

/// <summary>What somebody asks for instead of the usual limits. What is null stays as it is.</summary>
internal sealed record RequestedLimits
{
    public long? MemoryBytes { get; init; }

    public long? MemoryCeilingBytes { get; init; }

    public double? Cpus { get; init; }

    public double? CpuCeiling { get; init; }

    public int? Pids { get; init; }

    public int? PidsCeiling { get; init; }

    /// <summary>The limits that are asked for, none above the ceilings of <paramref name="server"/>. A ceiling that is not named leaves the usual
    /// head-room; one that lies below what is planned with is that.</summary>
    public SandboxLimits Within(SandboxLimits server)
    {
        var (memory, cpus, pids) = (Math.Min(MemoryBytes ?? server.MemoryBytes, MemoryCeilingBytes ?? long.MaxValue), Math.Min(Cpus ?? server.Cpus, CpuCeiling ?? double.MaxValue), Math.Min(Pids ?? server.Pids, PidsCeiling ?? int.MaxValue));
        return new SandboxLimits
        {
            HeadRoom = server.HeadRoom,
            MemoryBytes = Math.Min(memory, server.MostMemoryBytes),
            MemoryCeilingBytes = Math.Min(MemoryCeilingBytes ?? (MemoryBytes is null ? server.MostMemoryBytes : (long)(memory * server.HeadRoom)), server.MostMemoryBytes),
            Cpus = Math.Min(cpus, server.MostCpus),
            CpuCeiling = Math.Min(CpuCeiling ?? (Cpus is null ? server.MostCpus : cpus * server.HeadRoom), server.MostCpus),
            Pids = Math.Min(pids, server.MostPids),
            PidsCeiling = Math.Min(PidsCeiling ?? (Pids is null ? server.MostPids : (int)Math.Min(pids * server.HeadRoom, int.MaxValue)), server.MostPids),
        };
    }

    /// <summary>What is asked for and is more than the server gives, in words; empty when all of it is granted.</summary>
    public IReadOnlyList<string> Refused(SandboxLimits server) =>
    [
        .. Over(Larger(MemoryBytes, MemoryCeilingBytes), server.MostMemoryBytes, "memory", bytes => ByteSize.Format(bytes)),
        .. Over(Larger(Cpus, CpuCeiling), server.MostCpus, "cpus", cpus => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{cpus:0.##}")),
        .. Over(Larger(Pids, PidsCeiling), server.MostPids, "pids", pids => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pids}")),
    ];

    private static T? Larger<T>(T? left, T? right) where T : struct, IComparable<T> => left is null || right is { } second && second.CompareTo(left.Value) > 0 ? right : left;

    private static IEnumerable<string> Over<T>(T? asked, T most, string name, Func<T, string> format) where T : struct, IComparable<T> =>
        asked is { } value && value.CompareTo(most) > 0 ? [$"{name}: {format(value)} asked for, {format(most)} given, the most that this server allows"] : [];
}
