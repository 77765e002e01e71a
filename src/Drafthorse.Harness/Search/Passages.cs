namespace Drafthorse.Harness.Search;

/// <summary>Cuts long texts into passages of some lines, which are ranked and shown one by one.</summary>
internal static class Passages
{
    private const int MostLength = 1_000;
    private const int LeastLength = 500;
    private const int Block = 64 * 1024;

    /// <summary>Passes each passage and where it begins.</summary>
    public delegate void Visit(ReadOnlySpan<char> passage, long at);

    public static void Of(ReadOnlySpan<char> text, Visit visit, long at = 0)
    {
        while (text.Length > 0)
        {
            var length = LengthOf(text);
            visit(text[..length], at);
            text = text[length..];
            at += length;
        }
    }

    /// <summary>The same for a text that is too long to be held. Returns false when <paramref name="goOn"/> said to stop.</summary>
    public static bool Of(TextReader reader, Visit visit, Func<bool> goOn)
    {
        var buffer = new char[Block];
        var (held, at) = (0, 0L);
        while (goOn())
        {
            var read = reader.Read(buffer, held, buffer.Length - held);
            held += read;
            var rest = buffer.AsSpan(0, held);
            while (rest.Length >= MostLength || (read == 0 && rest.Length > 0))
            {
                var length = LengthOf(rest);
                visit(rest[..length], at);
                rest = rest[length..];
                at += length;
            }

            if (read == 0)
                return true;
            rest.CopyTo(buffer);
            held = rest.Length;
        }

        return false;
    }

    private static int LengthOf(ReadOnlySpan<char> text)
    {
        if (text.Length <= MostLength)
            return text.Length;
        var line = text[..MostLength].LastIndexOf('\n') + 1;
        if (line >= LeastLength)
            return line;
        var space = text[..MostLength].LastIndexOf(' ') + 1;
        return space >= LeastLength ? space : char.IsHighSurrogate(text[MostLength - 1]) ? MostLength - 1 : MostLength;
    }
}
