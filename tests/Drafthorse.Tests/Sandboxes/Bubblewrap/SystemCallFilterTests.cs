using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Sandboxes.Bubblewrap.SystemCalls;

namespace Drafthorse.Tests.Sandboxes.Bubblewrap;

public sealed partial class SystemCallFilterTests
{
    private const uint X64 = 0xc000_003e, Arm64 = 0xc000_00b7, I386 = 0x4000_0003, Arm = 0x4000_0028;
    private const uint Allow = 0x7fff_0000, Kill = 0x8000_0000, NotPermitted = 0x5_0001, NoSuchCall = 0x5_0026, NoSuchFamily = 0x5_0061;
    private const uint X32 = 0x4000_0000;
    private const string Headers = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";

    private static readonly FilterMachine OnX64 = new(SystemCallFilter.Build(Architecture.X64));
    private static readonly FilterMachine OnArm64 = new(SystemCallFilter.Build(Architecture.Arm64));

    [Theory]
    [InlineData("keyctl", 250, 219)]
    [InlineData("add_key", 248, 217)]
    [InlineData("request_key", 249, 218)]
    [InlineData("io_uring_setup", 425, 425)]
    [InlineData("io_uring_enter", 426, 426)]
    [InlineData("io_uring_register", 427, 427)]
    [InlineData("perf_event_open", 298, 241)]
    [InlineData("bpf", 321, 280)]
    [InlineData("userfaultfd", 323, 282)]
    [InlineData("mount", 165, 40)]
    [InlineData("umount2", 166, 39)]
    [InlineData("pivot_root", 155, 41)]
    [InlineData("move_mount", 429, 429)]
    [InlineData("open_tree", 428, 428)]
    [InlineData("fsopen", 430, 430)]
    [InlineData("fsconfig", 431, 431)]
    [InlineData("fsmount", 432, 432)]
    [InlineData("fspick", 433, 433)]
    [InlineData("mount_setattr", 442, 442)]
    [InlineData("open_tree_attr", 467, 467)]
    [InlineData("unshare", 272, 97)]
    [InlineData("setns", 308, 268)]
    [InlineData("kexec_load", 246, 104)]
    [InlineData("kexec_file_load", 320, 294)]
    [InlineData("init_module", 175, 105)]
    [InlineData("finit_module", 313, 273)]
    [InlineData("delete_module", 176, 106)]
    [InlineData("swapon", 167, 224)]
    [InlineData("swapoff", 168, 225)]
    [InlineData("reboot", 169, 142)]
    [InlineData("settimeofday", 164, 170)]
    [InlineData("clock_settime", 227, 112)]
    [InlineData("quotactl", 179, 60)]
    [InlineData("quotactl_fd", 443, 443)]
    [InlineData("acct", 163, 89)]
    [InlineData("nfsservctl", 180, 42)]
    [InlineData("lookup_dcookie", 212, 18)]
    [InlineData("name_to_handle_at", 303, 264)]
    [InlineData("open_by_handle_at", 304, 265)]
    [InlineData("process_vm_readv", 310, 270)]
    [InlineData("process_vm_writev", 311, 271)]
    [InlineData("process_madvise", 440, 440)]
    [InlineData("pidfd_getfd", 438, 438)]
    [InlineData("kcmp", 312, 272)]
    [InlineData("vhangup", 153, 58)]
    [InlineData("syslog", 103, 116)]
    [InlineData("fanotify_init", 300, 262)]
    [InlineData("mbind", 237, 235)]
    [InlineData("set_mempolicy", 238, 237)]
    [InlineData("move_pages", 279, 239)]
    [InlineData("chroot", 161, 51)]
    public void Build_CallThatReachesOutside_IsNotPermitted(string name, uint x64, uint arm64)
    {
        Assert.Equal((name, NotPermitted), (name, OnX64.Run(X64, x64)));
        Assert.Equal((name, NotPermitted), (name, OnArm64.Run(Arm64, arm64)));
    }

    [Theory]
    [InlineData(135u)]
    [InlineData(136u)]
    [InlineData(139u)]
    [InlineData(154u)]
    [InlineData(156u)]
    [InlineData(172u)]
    [InlineData(173u)]
    [InlineData(174u)]
    [InlineData(177u)]
    [InlineData(178u)]
    public void Build_ObsoleteCallsOfX64_AreNotPermitted(uint number) => Assert.Equal(NotPermitted, OnX64.Run(X64, number, 0x1234));

    [Theory]
    [InlineData(435u)]
    [InlineData(437u)]
    [InlineData(468u)]
    [InlineData(5000u)]
    [InlineData(X32)]
    [InlineData(X32 + 59)]
    [InlineData(X32 + 512)]
    [InlineData(uint.MaxValue)]
    public void Build_CallThatProgramsDoWithout_DoesNotExist(uint number)
    {
        Assert.Equal(NoSuchCall, OnX64.Run(X64, number));
        Assert.Equal(NoSuchCall, OnArm64.Run(Arm64, number));
    }

    [Theory]
    [InlineData(I386)]
    [InlineData(Arm64)]
    public void Build_OtherArchitectureOnX64_Kills(uint architecture) => Assert.Equal(Kill, OnX64.Run(architecture, 39));

    [Theory]
    [InlineData(Arm)]
    [InlineData(X64)]
    public void Build_OtherArchitectureOnArm64_Kills(uint architecture) => Assert.Equal(Kill, OnArm64.Run(architecture, 39));

    [Theory]
    [InlineData(0x0002_0000u)]
    [InlineData(0x0200_0000u)]
    [InlineData(0x0400_0000u)]
    [InlineData(0x0800_0000u)]
    [InlineData(0x1000_0000u)]
    [InlineData(0x2000_0000u)]
    [InlineData(0x4000_0000u)]
    public void Build_CloneWithANamespace_IsNotPermitted(uint flag)
    {
        Assert.Equal(NotPermitted, OnX64.Run(X64, 56, flag | 17));
        Assert.Equal(NotPermitted, OnArm64.Run(Arm64, 220, flag | 17));
        Assert.Equal(Allow, OnX64.Run(X64, 56, 0x3d_0f00));
        Assert.Equal(Allow, OnArm64.Run(Arm64, 220, 17));
    }

    [Theory]
    [InlineData(90u, null, 1)]
    [InlineData(91u, 52u, 1)]
    [InlineData(268u, 53u, 2)]
    [InlineData(452u, 452u, 2)]
    [InlineData(133u, null, 1)]
    [InlineData(259u, 33u, 2)]
    [InlineData(85u, null, 1)]
    public void Build_ModeWithSetId_IsNotPermitted(uint x64, uint? arm64, int argument)
    {
        foreach (var (machine, architecture, number) in new[] { (OnX64, X64, (uint?)x64), (OnArm64, Arm64, arm64) })
        {
            if (number is not { } call)
                continue;
            foreach (var mode in new ulong[] { 0b100_111_101_101, 0b010_111_101_101, 0b110_000_000_000, 0xffff_0000_0000_0800 })
                Assert.Equal(NotPermitted, machine.Run(architecture, call, With(argument, mode)));
            Assert.Equal(Allow, machine.Run(architecture, call, With(argument, 0b001_111_111_111)));
        }
    }

    [Theory]
    [InlineData(0x40u, NotPermitted)]
    [InlineData(0x41_0002u, NotPermitted)]
    [InlineData(0x2u, Allow)]
    public void Build_OpenWithSetIdMode_IsNotPermittedWhereItMakesAFile(uint flags, uint expected)
    {
        Assert.Equal(expected, OnX64.Run(X64, 2, 0, flags, 0b100_111_000_000));
        Assert.Equal(expected, OnX64.Run(X64, 257, 0, 0, flags, 0b010_111_000_000));
        Assert.Equal(expected, OnArm64.Run(Arm64, 56, 0, 0, flags, 0b010_111_000_000));
        Assert.Equal(Allow, OnX64.Run(X64, 257, 0, 0, flags, 0b001_111_111_111));
    }

    [Fact]
    public void Build_Personality_OnlyLinuxAsItIs()
    {
        Assert.All(new ulong[] { 0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff }, persona => Assert.Equal(Allow, OnX64.Run(X64, 135, persona)));
        Assert.All(new ulong[] { 1, 0x4_0000, 0x40_0000, 0x10_0000 }, persona => Assert.Equal(NotPermitted, OnArm64.Run(Arm64, 92, persona)));
    }

    [Fact]
    public void Build_Socket_OnlyFamiliesThatProgramsUse()
    {
        Assert.All(new ulong[] { 1, 2, 10, 16 }, family => Assert.Equal(Allow, OnX64.Run(X64, 41, family)));
        Assert.All(new ulong[] { 0, 3, 9, 17, 29, 38, 40, 44 }, family => Assert.Equal(NoSuchFamily, OnArm64.Run(Arm64, 198, family)));
    }

    [Fact]
    public void NumbersOf_EveryCall_IsAsTheSystemsHeadersSay()
    {
        if (!File.Exists(Headers))
            Assert.Skip($"{Headers} is not there: install linux-libc-dev");
        var numbers = File.ReadLines(Headers).Select(line => Definition().Match(line)).Where(match => match.Success)
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));

        var wrong = from call in SystemCallTable.Entries
                    where call.X64 is { } number && numbers.TryGetValue(call.Name, out var real) && number != real
                    select call.Name;

        Assert.Empty(wrong);
        Assert.All(SystemCallTable.NumbersOf(Architecture.X64), number => Assert.Equal(Allow, OnX64.Run(X64, (uint)number)));
        Assert.All(SystemCallTable.NumbersOf(Architecture.Arm64), number => Assert.Equal(Allow, OnArm64.Run(Arm64, (uint)number)));
    }

    private static ulong[] With(int argument, ulong value)
    {
        var arguments = new ulong[6];
        arguments[argument] = value;
        return arguments;
    }

    [GeneratedRegex(@"^#define __NR_(\w+) (\d+)$")]
    private static partial Regex Definition();
}
