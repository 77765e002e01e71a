using System.Runtime.InteropServices;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap.SystemCalls;

/// <summary>
/// The seccomp filter of bubblewrap sandboxes: as strict as what container engines use, and stricter where nothing that builds software
/// needs a call. It allows by list, so a call that is not known is refused.
/// </summary>
internal static class SystemCallFilter
{
    private const uint AuditX64 = 0xc000_003e, AuditArm64 = 0xc000_00b7;

    /// <summary>Whether there is a filter for an architecture.</summary>
    public static bool Knows(Architecture architecture) => architecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>The program, as <c>bwrap --seccomp</c> reads it.</summary>
    public static byte[] Build(Architecture architecture)
    {
        // A process may make calls of another architecture than its own, with other numbers; so may a 32-bit program, which ends.
        var program = new FilterCode().Architecture()
            .AnswerUnlessEqual(architecture == Architecture.Arm64 ? AuditArm64 : AuditX64, FilterAnswer.KillProcess)
            .Number();
        var stretches = Stretches(architecture);
        return program.Append(Search(stretches, 0, stretches.Count)).ToBytes();
    }

    /// <summary>All numbers, cut where the answer changes. Behind the newest are also the calls of x32, whose numbers begin at 2^30.</summary>
    private static List<(uint First, FilterCode Code)> Stretches(Architecture architecture)
    {
        var allowed = SystemCallTable.NumbersOf(architecture);
        var rules = SystemCallRules.Of(architecture);
        var allow = FilterCode.Answer(FilterAnswer.Allow);
        var refuse = FilterCode.Answer(FilterAnswer.NotPermitted);
        var stretches = new List<(uint First, FilterCode Code)>();
        for (var number = 0; number <= SystemCallTable.Newest; number++)
        {
            var code = rules.GetValueOrDefault(number) ?? (allowed.Contains(number) ? allow : refuse);
            if (stretches.Count == 0 || stretches[^1].Code != code)
                stretches.Add(((uint)number, code));
        }

        stretches.Add((SystemCallTable.Newest + 1, FilterCode.Answer(FilterAnswer.NoSuchCall)));
        return stretches;
    }

    private static FilterCode Search(List<(uint First, FilterCode Code)> stretches, int from, int end)
    {
        if (end - from == 1)
            return stretches[from].Code;
        var middle = (from + end) / 2;
        return new FilterCode().Split(stretches[middle].First, Search(stretches, from, middle), Search(stretches, middle, end));
    }
}
