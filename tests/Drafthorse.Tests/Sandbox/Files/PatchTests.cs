using Drafthorse.Sandbox.Files;

namespace Drafthorse.Tests.Sandbox.Files;

public sealed class PatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ChangeResult Apply(string patch) => _folder.Files.Patch(new ApplyPatchRequest { Patch = patch });

    private string Refused(string patch) => Assert.Throws<FileException>(() => Apply(patch)).Message;

    [Fact]
    public void Patch_AddUpdateDeleteMove_DoesAllOfThem()
    {
        _folder.Put("src/a.py", "import os\n\ndef f():\n    return 1\n\ndef g():\n    return 1\n");
        _folder.Put("old.txt", "1\n2\n3\n");
        _folder.Put("gone.txt", "x");

        var result = Apply("""
            *** Begin Patch
            *** Add File: new/b.py
            +print("hi")
            +
            *** Update File: src/a.py
            @@ def g():
            -    return 1
            +    return 2
            *** Update File: old.txt
            *** Move to: moved/new.txt
            @@
             1
            -2
            +two
             3
            *** Delete File: gone.txt
            *** End Patch
            """);

        Assert.Equal("print(\"hi\")\n\n", _folder.Get("new/b.py"));
        Assert.Equal("import os\n\ndef f():\n    return 1\n\ndef g():\n    return 2\n", _folder.Get("src/a.py"));
        Assert.Equal("1\ntwo\n3\n", _folder.Get("moved/new.txt"));
        Assert.False(File.Exists(_folder.Inside("old.txt")) || File.Exists(_folder.Inside("gone.txt")));
        Assert.Equal([FileChangeKind.Created, FileChangeKind.Updated, FileChangeKind.Moved, FileChangeKind.Deleted], result.Changes.Select(change => change.Kind));
        Assert.Equal(["moved", "new", "src"], Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("a\nb\nc\n", "@@\n-b\n+x\n@@\n-c\n+y", "a\nx\ny\n")]
    [InlineData("a\nb\nc\n", "@@\n-c\n+y\n@@\n-a\n+x", "x\nb\ny\n")]
    [InlineData("a\nb", "@@\n b\n+c", "a\nb\nc")]
    [InlineData("a\nb\na\nb\n", "@@\n a\n-b\n+end\n*** End of File", "a\nb\na\nend\n")]
    [InlineData("a\nb\n", "+c", "a\nb\nc\n")]
    [InlineData("class A\n  f\nclass B\n  f\n", "@@ class B\n+  new", "class A\n  f\nclass B\n  new\n  f\n")]
    [InlineData("class A\n  f\nclass B\n  f\n", "@@ class B\n@@ f\n+    deep", "class A\n  f\nclass B\n  f\n    deep\n")]
    [InlineData("a\r\nb\r\n", "@@\n a\n-b\n+x", "a\r\nx\r\n")]
    [InlineData("a  \n\tb\n", "@@\n a\n-b\n+c", "a  \n\tc\n")]
    [InlineData("a\n\nb\n", "@@\n a\n\n-b\n+c\n\n", "a\n\nc\n")]
    [InlineData("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c", "a\nc\n")]
    [InlineData("", "+first", "first\n")]
    public void Patch_Update_GivesTheText(string before, string changes, string after)
    {
        _folder.Put("f", before);

        Apply($"*** Begin Patch\n*** Update File: f\n{changes}\n*** End Patch");

        Assert.Equal(after, _folder.Get("f"));
    }

    [Theory]
    [InlineData("```\n{0}\n```")]
    [InlineData("apply_patch <<'EOF'\n{0}\nEOF")]
    [InlineData("{0}\n\n\n")]
    public void Patch_Wrapped_IsUnderstood(string wrapping)
    {
        _folder.Put("f", "a\n");

        Apply(wrapping.Replace("{0}", "*** Begin Patch\n*** Update File: f\n-a\n+b\n*** End Patch", StringComparison.Ordinal));

        Assert.Equal("b\n", _folder.Get("f"));
    }

    [Fact]
    public void Patch_EndMissing_IsUnderstood()
    {
        _folder.Put("f", "a\nb\n");

        Apply("*** Begin Patch\n*** Update File: f\n-a\n+b\n");

        Assert.Equal("b\nb\n", _folder.Get("f"));
    }

    [Fact]
    public void Patch_OneFileFails_ChangesNothing()
    {
        _folder.Put("a", "1\n");
        _folder.Put("b", "hello world\n");

        var message = Refused("""
            *** Begin Patch
            *** Update File: a
            -1
            +2
            *** Add File: c
            +x
            *** Update File: b
            -hello word
            +x
            *** End Patch
            """);

        Assert.Contains("     1: hello world", message, StringComparison.Ordinal);
        Assert.Equal("1\n", _folder.Get("a"));
        Assert.Equal(["a", "b"], Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("--- a/f\n+++ b/f\n", "does not begin")]
    [InlineData("*** Begin Patch\n*** End Patch", "names no file")]
    [InlineData("*** Begin Patch\nhello\n*** End Patch", "Line 2")]
    [InlineData("*** Begin Patch\n*** Update File: a\n*** End Patch", "holds no change")]
    [InlineData("*** Begin Patch\n*** Update File:\n-a\n*** End Patch", "path is missing")]
    [InlineData("*** Begin Patch\n*** Add File: n\nhello\n*** End Patch", "begins with +")]
    [InlineData("*** Begin Patch\n*** Update File: a\n-1\n+2\n*** Update File: ./a\n-1\n+2\n*** End Patch", "twice")]
    [InlineData("*** Begin Patch\n*** Update File: a\n*** Move to: b\n-1\n+2\n*** End Patch", "exists already")]
    [InlineData("*** Begin Patch\n*** Delete File: none\n*** End Patch", "no such file")]
    [InlineData("*** Begin Patch\n*** Update File: a\n@@ class None\n-1\n+2\n*** End Patch", "after @@")]
    [InlineData("*** Begin Patch\n*** Add File: ../x\n+1\n*** End Patch", "outside")]
    [InlineData("*** Begin Patch\n*** Update File: a\n*** Move to: ../x\n-1\n+2\n*** End Patch", "outside")]
    [InlineData("*** Begin Patch\n*** Update File: a\n@@\n-1\n+2\n@@\n-1\n+3\n*** End Patch", "overlap")]
    public void Patch_Wrong_SaysWhatAndChangesNothing(string patch, string expected)
    {
        _folder.Put("a", "1\n");
        _folder.Put("b", "1\n");

        Assert.Contains(expected, Refused(patch), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order());
        Assert.Equal("1\n", _folder.Get("a"));
        Assert.False(File.Exists(_folder.In("x")));
    }
}
