using System.Buffers.Binary;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap.SystemCalls;

/// <summary>What a filter answers.</summary>
internal static class FilterAnswer
{
    public const uint Allow = 0x7fff_0000;
    public const uint KillProcess = 0x8000_0000;
    public const uint NotPermitted = Errno | 1;
    public const uint NoSuchCall = Errno | 38;
    public const uint NoSuchFamily = Errno | 97;

    private const uint Errno = 0x0005_0000;
}

/// <summary>
/// A stretch of a seccomp filter: instructions of the kernel's classic packet filter (linux/filter.h) over the facts of one call
/// (<c>struct seccomp_data</c>). Jumps only go forward, inside the stretch.
/// </summary>
internal sealed class FilterCode
{
    private const ushort LoadWord = 0x20, JumpAlways = 0x05, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAnyBit = 0x45, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, ArgumentsOffset = 16;
    private const int InstructionSize = 8;

    private readonly List<(ushort Code, byte IfTrue, byte IfFalse, uint Value)> _instructions = [];

    public static FilterCode Answer(uint answer) => new FilterCode().Add(Return, answer);

    /// <summary>Loads the number of the call.</summary>
    public FilterCode Number() => Add(LoadWord, NumberOffset);

    /// <summary>Loads the architecture that the call was made for.</summary>
    public FilterCode Architecture() => Add(LoadWord, ArchitectureOffset);

    /// <summary>Loads an argument's lower half, which is all that the kernel itself looks at where the argument is a word.</summary>
    public FilterCode Argument(int index) => Add(LoadWord, ArgumentsOffset + (uint)index * 8);

    /// <summary>Answers when what was loaded has any of the bits.</summary>
    public FilterCode AnswerIfAnyBit(uint bits, uint answer) => Add(JumpIfAnyBit, bits, 0, 1).Add(Return, answer);

    /// <summary>Answers when what was loaded has none of the bits.</summary>
    public FilterCode AnswerIfNoBit(uint bits, uint answer) => Add(JumpIfAnyBit, bits, 1, 0).Add(Return, answer);

    /// <summary>Answers when what was loaded is the value.</summary>
    public FilterCode AnswerIfEqual(uint value, uint answer) => Add(JumpIfEqual, value, 0, 1).Add(Return, answer);

    /// <summary>Answers when what was loaded is another value.</summary>
    public FilterCode AnswerUnlessEqual(uint value, uint answer) => Add(JumpIfEqual, value, 1, 0).Add(Return, answer);

    /// <summary>Goes on with one stretch below a value, and with the other from it on.</summary>
    public FilterCode Split(uint value, FilterCode below, FilterCode from)
    {
        // A conditional jump reaches 255 instructions, an unconditional one all of them.
        Add(JumpIfAtLeast, value, 0, 1).Add(JumpAlways, (uint)below._instructions.Count);
        return Append(below).Append(from);
    }

    public FilterCode Append(FilterCode next)
    {
        _instructions.AddRange(next._instructions);
        return this;
    }

    /// <summary>The program as the kernel takes it on machines that store the low byte first, as all do that it is for.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_instructions.Count * InstructionSize];
        foreach (var (index, instruction) in _instructions.Index())
        {
            var target = bytes.AsSpan(index * InstructionSize);
            BinaryPrimitives.WriteUInt16LittleEndian(target, instruction.Code);
            target[2] = instruction.IfTrue;
            target[3] = instruction.IfFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(target[4..], instruction.Value);
        }

        return bytes;
    }

    private FilterCode Add(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0)
    {
        _instructions.Add((code, ifTrue, ifFalse, value));
        return this;
    }
}
