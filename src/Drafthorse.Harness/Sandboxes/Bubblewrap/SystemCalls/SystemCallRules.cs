using System.Runtime.InteropServices;
using static Drafthorse.Harness.Sandboxes.Bubblewrap.SystemCalls.FilterAnswer;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap.SystemCalls;

/// <summary>The system calls that are allowed or not by their arguments, or that are said not to exist so that programs use another.</summary>
internal static class SystemCallRules
{
    /// <summary>CLONE_NEW... (linux/sched.h): a new namespace of any kind.</summary>
    private const uint NewNamespace = 0x7e02_0000;

    /// <summary>S_ISUID and S_ISGID: a file that, run by somebody else of this machine, would have the sandbox's user.</summary>
    private const uint SetId = 0xc00;

    /// <summary>O_CREAT and the bit that O_TMPFILE has of its own; without them there is no mode.</summary>
    private const uint Creates = 0x40_0040;

    /// <summary>Linux as it is, or with random addresses or a 32-bit machine's name, and the question which it is.</summary>
    private static readonly uint[] Personalities = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

    /// <summary>AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: the others load code into the kernel that hardly anybody uses.</summary>
    private static readonly uint[] Families = [1, 2, 10, 16];

    private static readonly (int? X64, int? Arm64, FilterCode Code)[] All =
    [
        // clone; clone3 keeps its flags where no filter can look, and every program goes on with clone. The same for openat2.
        (56, 220, new FilterCode().Argument(0).AnswerIfAnyBit(NewNamespace, NotPermitted).Append(FilterCode.Answer(Allow))),
        (435, 435, FilterCode.Answer(NoSuchCall)),
        (437, 437, FilterCode.Answer(NoSuchCall)),

        // chmod, fchmod, fchmodat, fchmodat2, mknod, mknodat, creat.
        (90, null, RefuseSetId(1)),
        (91, 52, RefuseSetId(1)),
        (268, 53, RefuseSetId(2)),
        (452, 452, RefuseSetId(2)),
        (133, null, RefuseSetId(1)),
        (259, 33, RefuseSetId(2)),
        (85, null, RefuseSetId(1)),

        // open, openat.
        (2, null, new FilterCode().Argument(1).AnswerIfNoBit(Creates, Allow).Append(RefuseSetId(2))),
        (257, 56, new FilterCode().Argument(2).AnswerIfNoBit(Creates, Allow).Append(RefuseSetId(3))),

        // personality, socket.
        (135, 92, AllowOnly(Personalities, NotPermitted)),
        (41, 198, AllowOnly(Families, NoSuchFamily)),
    ];

    /// <summary>What is done with each call that has a rule, by its number on an architecture.</summary>
    public static IReadOnlyDictionary<int, FilterCode> Of(Architecture architecture) =>
        (from rule in All
         let number = architecture == Architecture.Arm64 ? rule.Arm64 : rule.X64
         where number is not null
         select (number.Value, rule.Code)).ToDictionary();

    private static FilterCode RefuseSetId(int modeArgument) =>
        new FilterCode().Argument(modeArgument).AnswerIfAnyBit(SetId, NotPermitted).Append(FilterCode.Answer(Allow));

    private static FilterCode AllowOnly(uint[] values, uint otherwise) =>
        values.Aggregate(new FilterCode().Argument(0), (code, value) => code.AnswerIfEqual(value, Allow)).Append(FilterCode.Answer(otherwise));
}
