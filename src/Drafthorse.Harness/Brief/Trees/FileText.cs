using System.Text;

namespace Drafthorse.Harness.Brief.Trees;

/// <summary>Makes text of a file's bytes.</summary>
internal static class FileText
{
    private static readonly byte[] LfsPointer = Encoding.ASCII.GetBytes("version https://git-lfs.github.com/spec/");

    /// <summary>The file; bytes that are not UTF-8 become U+FFFD. Binary files and pointers to elsewhere are none to be read.</summary>
    public static TreeFile Of(string path, ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(LfsPointer) ? new TreeFile(path, null, "it is kept in Git LFS")
        : bytes.Contains((byte)0) ? new TreeFile(path, null, "it is no text")
        : new TreeFile(path, Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes));
}
