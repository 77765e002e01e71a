using System.Globalization;
using System.Text;

namespace Drafthorse.Tests.GitGateway.Histories;

/// <summary>A commit of a made-up history: its mark, parents and files by path.</summary>
internal sealed record MadeCommit(int Mark, IReadOnlyList<MadeCommit> Parents, IReadOnlyDictionary<string, MadeFile> Files)
{
    /// <summary>All commits that it descends from, itself included.</summary>
    public HashSet<MadeCommit> Ancestors { get; } = [];

    public bool Equals(MadeCommit? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Mark;
}

/// <summary>A file, link or submodule.</summary>
internal sealed record MadeFile(string Mode, string Content);

/// <summary>Writes commits as a stream for <c>git fast-import</c>.</summary>
internal sealed class HistoryMaker
{
    private readonly StringBuilder _stream = new();
    private int _marks;

    public string Stream => _stream.ToString();

    public MadeCommit Commit(IReadOnlyList<MadeCommit> parents, IReadOnlyDictionary<string, MadeFile> files)
    {
        var commit = new MadeCommit(++_marks, parents, files);
        commit.Ancestors.Add(commit);
        foreach (var parent in parents)
            commit.Ancestors.UnionWith(parent.Ancestors);
        Write($"commit refs/heads/c{commit.Mark}\nmark :{commit.Mark}\ncommitter A <a@example.org> {1_700_000_000 + commit.Mark} +0000\ndata 1\nx\n");
        foreach (var (parent, index) in parents.Select((parent, index) => (parent, index)))
            Write($"{(index == 0 ? "from" : "merge")} :{parent.Mark}\n");
        Write("deleteall\n");
        foreach (var (path, file) in files)
        {
            if (file.Mode == "160000")
                Write($"M 160000 {file.Content} {path}\n");
            else
                Write($"M {file.Mode} inline {path}\ndata {Encoding.UTF8.GetByteCount(file.Content)}\n{file.Content}\n");
        }

        return commit;
    }

    private void Write(FormattableString text) => _stream.Append(text.ToString(CultureInfo.InvariantCulture));
    private void Write(string text) => _stream.Append(text);
}
