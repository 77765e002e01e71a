using System.Text;
using Drafthorse.Repl;

namespace Drafthorse.Tests.Repl;

public sealed class KeyReaderTests
{
    [Fact]
    public void Read_TextAndKeys_AreToldApart() => Assert.Equal(
        [new Key(KeyKind.Text, "añ中😀"), new Key(KeyKind.Left), new Key(KeyKind.Backspace), new Key(KeyKind.Enter), new Key(KeyKind.NewLine), new Key(KeyKind.Interrupt), new Key(KeyKind.EndOfInput)],
        Read("añ中😀\e[D\x7f\r\n\u0003"));

    [Fact]
    public void Read_PasteOfManyLines_IsOneKey() => Assert.Equal(
        [new Key(KeyKind.Paste, "one\ntwo\n\tthree"), new Key(KeyKind.Enter), new Key(KeyKind.EndOfInput)],
        Read("\e[200~one\rtwo\r\n\tthree\e[201~\r"));

    [Fact]
    public void Read_ACharacterInPieces_IsWhole() => Assert.Equal(
        [new Key(KeyKind.Text, "中"), new Key(KeyKind.Text, "x"), new Key(KeyKind.EndOfInput)],
        Read(Encoding.UTF8.GetBytes("中x"), 1));

    [Fact]
    public void Read_UnknownSequence_IsSkippedAsAWhole() => Assert.Equal(
        [new Key(KeyKind.Unknown), new Key(KeyKind.Text, "x"), new Key(KeyKind.EndOfInput)],
        Read("\e[15;2~x"));

    private static List<Key> Read(string text) => Read(Encoding.UTF8.GetBytes(text), int.MaxValue);

    private static List<Key> Read(byte[] bytes, int piece)
    {
        var reader = new KeyReader(new PieceStream(bytes, piece));
        var keys = new List<Key>();
        do
            keys.Add(reader.Read());
        while (keys[^1].Kind != KeyKind.EndOfInput);
        return keys;
    }

    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(piece, buffer.Length)]);
    }
}
