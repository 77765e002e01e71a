using System.Buffers.Binary;

namespace Drafthorse.Tests.Sandboxes.Bubblewrap;

/// <summary>Runs a seccomp filter as the kernel does, for architectures that this machine is not.</summary>
internal sealed class FilterMachine(byte[] program)
{
    public uint Run(uint architecture, uint number, params ulong[] arguments)
    {
        Span<byte> facts = stackalloc byte[64];
        facts.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(facts, number);
        BinaryPrimitives.WriteUInt32LittleEndian(facts[4..], architecture);
        for (var i = 0; i < arguments.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(facts[(16 + i * 8)..], arguments[i]);

        uint loaded = 0;
        for (var at = 0; ; at++)
        {
            var instruction = program.AsSpan(at * 8, 8);
            var value = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(instruction))
            {
                case 0x20:
                    loaded = BinaryPrimitives.ReadUInt32LittleEndian(facts[(int)value..]);
                    break;
                case 0x05:
                    at += (int)value;
                    break;
                case 0x15:
                    at += loaded == value ? instruction[2] : instruction[3];
                    break;
                case 0x35:
                    at += loaded >= value ? instruction[2] : instruction[3];
                    break;
                case 0x45:
                    at += (loaded & value) != 0 ? instruction[2] : instruction[3];
                    break;
                case 0x06:
                    return value;
                default:
                    throw new InvalidOperationException($"instruction {at} is unknown");
            }
        }
    }
}
