namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Cuts bytes where characters begin. What is not UTF-8 is left as it is.</summary>
internal static class Utf8Cut
{
    private const int MaxContinuation = 3;

    /// <summary>Without an unfinished character at the end.</summary>
    public static ReadOnlySpan<byte> End(ReadOnlySpan<byte> bytes)
    {
        for (int back = 1; back <= MaxContinuation + 1 && back <= bytes.Length; back++)
        {
            byte b = bytes[^back];
            if ((b & 0xC0) == 0x80)
                continue;

            int length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return length > back ? bytes[..^back] : bytes;
        }

        return bytes;
    }

    /// <summary>Without the rest of a character at the start.</summary>
    public static ReadOnlySpan<byte> Start(ReadOnlySpan<byte> bytes)
    {
        for (int skip = 0; skip <= MaxContinuation && skip < bytes.Length; skip++)
        {
            if ((bytes[skip] & 0xC0) != 0x80)
                return bytes[skip..];
        }

        return bytes;
    }
}
