using System.Numerics;

namespace Drafthorse.Harness.Search;

/// <summary>Says of a text that is not at hand which terms it may have (a Bloom filter): what it denies is not there.</summary>
internal sealed class TermFilter
{
    private const int Probes = 4;
    private const int LeastBytes = 1024, MostBytes = 256 * 1024;

    private readonly byte[] _bits;

    private TermFilter(byte[] bits) => _bits = bits;

    /// <summary>The filter, as it is kept.</summary>
    public ReadOnlyMemory<byte> Bits => _bits;

    public static TermFilter Of(ReadOnlySpan<char> text)
    {
        var filter = new TermFilter(new byte[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(text.Length / 8, LeastBytes, MostBytes))]);
        var reader = new TermReader(text);
        while (reader.TryRead(out var term))
        {
            for (var probe = 0; probe < Probes; probe++)
            {
                var bit = filter.BitOf(term, probe);
                filter._bits[bit >> 3] |= (byte)(1 << (bit & 7));
            }
        }

        return filter;
    }

    /// <summary>A filter that was kept, or null when it is none.</summary>
    public static TermFilter? Read(byte[] bits) => bits.Length is >= LeastBytes and <= MostBytes && BitOperations.IsPow2(bits.Length) ? new TermFilter(bits) : null;

    public bool MayHave(ulong term)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var bit = BitOf(term, probe);
            if ((_bits[bit >> 3] & (1 << (bit & 7))) == 0)
                return false;
        }

        return true;
    }

    private int BitOf(ulong term, int probe) => (int)((uint)(term >> 32) + ((uint)probe * ((uint)term | 1))) & ((_bits.Length * 8) - 1);
}
