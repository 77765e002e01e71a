using System.Text;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Operations;

namespace Drafthorse.Tests.Sandbox.Files;

/// <summary>No wrong place is ever edited, and no byte outside of an edit changes.</summary>
public sealed class EditCaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int> Rows => new(Enumerable.Range(0, EditCases.All.Count()));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Edit_AsInTheTable_GivesItsBytesOrItsRefusal(int row)
    {
        var (tool, before, first, second, after) = EditCases.All.ElementAt(row);
        var path = _folder.Inside("file");
        File.WriteAllBytes(path, Bytes(before));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var refusal = Record.Exception(() => Run(tool, first, second)) as FileException;

        if (after.StartsWith('!'))
        {
            Assert.NotNull(refusal);
            Assert.Contains(after[1..], refusal.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Null(refusal);
        }

        Assert.Equal(Show(Bytes(after.StartsWith('!') ? before : after)), Show(File.ReadAllBytes(path)));
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void Table_Size_IsAtLeast150() => Assert.True(EditCases.All.Count() >= 150, $"{EditCases.All.Count()} rows");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Edit_Utf16_IsReadAndKept(bool isBig)
    {
        var encoding = new UnicodeEncoding(isBig, byteOrderMark: true);
        var path = _folder.Inside("file");
        byte[] Wide(string text) => [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
        File.WriteAllBytes(path, Wide("one\r\ntwo 🐎\r\n"));

        Assert.Equal("one\r\ntwo 🐎\r\n", _folder.Files.Read(new ReadFileRequest { Path = "file" }).Text);
        Run("edit", "two", "2\nmore");
        Assert.Equal(Wide("one\r\n2\r\nmore 🐎\r\n"), File.ReadAllBytes(path));
        Run("patch", "-one\n+1", "");
        Assert.Equal(Wide("1\r\n2\r\nmore 🐎\r\n"), File.ReadAllBytes(path));
        Run("write", "new\n", "");
        Assert.Equal(Wide("new\r\n"), File.ReadAllBytes(path));
    }

    [Fact]
    public void Edit_HalfACharacterOrBinary_IsRefusedAndLeftAlone()
    {
        foreach (var bytes in (byte[][])[[0xFF, 0xFE, 65, 0, 66], [0xFF, 0xFE, 0, 0, 65, 0, 0, 0], [65, 0, 66]])
        {
            File.WriteAllBytes(_folder.Inside("file"), bytes);

            Assert.Equal(FileErrorKind.WrongKind, Assert.Throws<FileException>(() => Run("edit", "A", "C")).Kind);
            Assert.Equal(FileErrorKind.WrongKind, Assert.Throws<FileException>(() => Run("patch", "-A\n+C", "")).Kind);
            Assert.Equal(bytes, File.ReadAllBytes(_folder.Inside("file")));
        }
    }

    [Fact]
    public void Write_OverAMark_SaysWhatWasKept()
    {
        File.WriteAllBytes(_folder.Inside("file"), Bytes("\ufeffa\r\nb\r\n"));

        var change = _folder.Files.Write(new WriteFileRequest { Path = "file", Content = "x\ny\n" }).Changes[0];

        Assert.Equal("kept its CRLF line endings and its byte order mark", change.Note);
    }

    [Fact]
    public void EncodedText_AnyBytes_ComeBack()
    {
        var random = new Random(4);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            byte[] input = random.Next(4) switch { 0 => [0xEF, 0xBB, 0xBF, .. bytes], 1 => [0xED, 0xA0, 0x80, .. bytes], 2 => [.. "é🐎"u8, .. bytes], _ => bytes };
            if (EncodedText.FormOf(input) is TextForm.LittleUtf16 or TextForm.BigUtf16)
                continue;

            Assert.Equal(input, EncodedText.Decode(input).Encode());
        }
    }

    [Fact]
    public void Edit_RandomFiles_ChangesTheLineAndNoByteMore()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var lines = RandomLines(random);
            var target = random.Next(lines.Count);
            var before = string.Concat(lines.Select(line => line.Text + line.Ending));
            File.WriteAllBytes(_folder.Inside("file"), Bytes(before));
            var added = Enumerable.Range(0, random.Next(1, 4)).Select(i => $"new {i}").ToList();
            var ending = lines[target].Ending.Length > 0 ? lines[target].Ending : target > 0 ? lines[target - 1].Ending : "\n";
            var isPatch = random.Next(2) == 0;
            // A byte that is no UTF-8 is nothing that a model can quote.
            var isUnique = lines.Count(line => line.Text == lines[target].Text) == 1 && !lines[target].Text.EnumerateRunes().Contains(Rune.ReplacementChar);

            var refusal = Record.Exception(() => Run(
                isPatch ? "patch" : "edit", isPatch ? $"-{lines[target].Text}\n" + string.Join('\n', added.Select(line => "+" + line)) : lines[target].Text, string.Join('\n', added)));

            var after = string.Concat(lines.Select((line, i) => i == target ? string.Join(ending, added) + line.Ending : line.Text + line.Ending));
            Assert.True(isUnique == refusal is null, $"seed {seed}: {refusal?.Message}");
            Assert.Equal($"{seed}: {Show(Bytes(isUnique ? after : before))}", $"{seed}: {Show(File.ReadAllBytes(_folder.Inside("file")))}");
        }
    }

    [Fact]
    public void Patch_RandomChangesInAnyOrder_ChangesTheirLinesAndNoByteMore()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(0, random.Next(5, 60)).Select(i => (Text: $"{new string('\t', random.Next(3))}line {i}{(random.Next(3) == 0 ? "\udce9" : "")};", Ending: random.Next(2) == 0 ? "\n" : "\r\n")).ToList();
            var targets = Enumerable.Range(0, lines.Count).Where(i => !lines[i].Text.Contains('\udce9') && random.Next(4) == 0).ToList();
            if (targets.Count == 0)
                continue;
            File.WriteAllBytes(_folder.Inside("file"), Bytes(string.Concat(lines.Select(line => line.Text + line.Ending))));

            var hunks = targets.Select(i => random.Next(3) == 0 ? (At: i, New: "") : (At: i, New: $"+{new string(' ', random.Next(4))}new {i}")).ToList();
            Run("patch", string.Join('\n', hunks.OrderBy(_ => random.Next()).Select(hunk => $"@@\n-{lines[hunk.At].Text}" + (hunk.New.Length > 0 ? "\n" + hunk.New : ""))), "");

            var after = string.Concat(lines.Select((line, i) => hunks.Find(hunk => hunk.At == i) is { New: { } changed } ? (changed.Length > 0 ? changed[1..] + line.Ending : "") : line.Text + line.Ending));
            Assert.Equal($"{seed}: {Show(Bytes(after))}", $"{seed}: {Show(File.ReadAllBytes(_folder.Inside("file")))}");
        }
    }

    private static List<(string Text, string Ending)> RandomLines(Random random)
    {
        string[] endings = random.Next(3) switch { 0 => ["\n"], 1 => ["\r\n"], _ => ["\n", "\r\n"] };
        string[] odd = ["\udce9", "\u2028", "\u0085", "\f", "\t", "🐎", "\udc80\udcff", "“", " \t"];
        var lines = Enumerable.Range(0, random.Next(1, 12)).Select(i =>
            (Text: $"{new string(' ', random.Next(5))}<{(random.Next(6) == 0 ? "same" : $"line {i}")}>{(random.Next(2) == 0 ? odd[random.Next(odd.Length)] : "")}", Ending: endings[random.Next(endings.Length)])).ToList();
        if (random.Next(3) == 0)
            lines[^1] = (lines[^1].Text, "");
        return [.. lines.Select(line => (line.Text.Contains("same", StringComparison.Ordinal) ? "<same>" : line.Text, line.Ending))];
    }

    private void Run(string tool, string first, string second)
    {
        switch (tool)
        {
            case "write":
                _folder.Files.Write(new WriteFileRequest { Path = "file", Content = first });
                break;
            case "patch":
                _folder.Files.Patch(new ApplyPatchRequest { Patch = $"*** Begin Patch\n*** Update File: file\n{first}\n*** End Patch" });
                break;
            default:
                _folder.Files.Edit(new EditFileRequest { Path = "file", Edits = [new FileEdit { OldText = first, NewText = second, ReplaceAll = tool == "all" }] });
                break;
        }
    }

    private static byte[] Bytes(string text) => new EncodedText(text, TextForm.Utf8).Encode();

    private static string Show(byte[] bytes) => Encoding.Latin1.GetString(bytes).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
