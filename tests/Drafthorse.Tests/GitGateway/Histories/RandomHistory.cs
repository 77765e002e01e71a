namespace Drafthorse.Tests.GitGateway.Histories;

/// <summary>
/// One made-up story: a base branch with side branches, an agent's branch that merges them with any strategy, two pushes of it, perhaps a
/// person's commit in between, and how the base branch goes on afterwards.
/// </summary>
internal sealed class RandomHistory
{
    private static readonly string[] Plain =
        ["README.md", "src/a.txt", "src/b.txt", "src/deep/c.txt", "lib/x.txt", "lib/y.txt", "docs/guide.md", ".github/ISSUE_TEMPLATE/bug.md"];

    private static readonly string[] Protected =
    [
        ".github/workflows/ci.yml", ".github/workflows/deploy.yml", ".github/CODEOWNERS", "CODEOWNERS", ".drafthorse.yml", ".github/dependabot.yml",
        ".gitlab/CODEOWNERS", ".GitHub/Workflows/ci.yml", "docs/codeowners", ".gitlab-ci.yml",
    ];

    private readonly HistoryMaker _maker;
    private readonly Random _random;
    private readonly List<MadeCommit> _baseLine = [];
    private readonly List<MadeCommit> _sides = [];
    private MadeCommit _base;
    private MadeCommit _agent;

    public RandomHistory(HistoryMaker maker, int seed)
    {
        (_maker, _random, Seed) = (maker, new Random(seed), seed);
        var files = Plain.ToDictionary(path => path, path => Text(path, 0));
        foreach (var path in Protected.Take(3))
            files[path] = Text(path, 0);
        _base = _agent = maker.Commit([], files);
        _baseLine.Add(_base);
        Grow(_random.Next(0, 5), MoveBase, GrowSide);
        Start = _agent = _base;
        Grow(_random.Next(1, 8), MoveBase, GrowSide, Work, Work, Work);
        (FirstTip, FirstBase) = (_agent, _base);
        if (_random.Next(4) == 0)
            Persons = _agent = _maker.Commit([_agent], Edit(_agent.Files, anyPath: true));
        Grow(_random.Next(1, 8), MoveBase, GrowSide, Work, Work, Work);
        (SecondTip, SecondBase) = (_agent, _base);
        Futures = [Future(), Future()];
    }

    public int Seed { get; }

    public MadeCommit Start { get; }

    public MadeCommit FirstTip { get; }

    public MadeCommit FirstBase { get; }

    /// <summary>A person's commit on top of the first push, or null.</summary>
    public MadeCommit? Persons { get; }

    public MadeCommit SecondTip { get; }

    public MadeCommit SecondBase { get; }

    /// <summary>Where the base branch may be later.</summary>
    public IReadOnlyList<MadeCommit> Futures { get; }

    /// <summary>Whether a path is one that only people change, told without the code under test.</summary>
    public static bool IsProtected(string path) =>
        path.Equals(".github", StringComparison.OrdinalIgnoreCase) || path.StartsWith(".github/workflows", StringComparison.OrdinalIgnoreCase)
        || Protected.Contains(path, StringComparer.OrdinalIgnoreCase);

    private void Grow(int steps, params Action[] kinds)
    {
        for (var step = 0; step < steps; step++)
            kinds[_random.Next(kinds.Length)]();
    }

    private void MoveBase()
    {
        _base = _random.Next(6) switch
        {
            0 when Others(_base) is { } side => _maker.Commit([_base, side], Merge(_base, side, honest: _random.Next(4) > 0)),
            1 => _maker.Commit([_base], Revert(_base.Files)),
            _ => _maker.Commit([_base], Edit(_base.Files, anyPath: true)),
        };
        _baseLine.Add(_base);
    }

    private void GrowSide()
    {
        if (_sides.Count == 0 || _random.Next(3) == 0)
        {
            var from = Any(_baseLine);
            _sides.Add(_maker.Commit([from], Edit(from.Files, anyPath: _random.Next(3) == 0)));
            return;
        }

        var at = _random.Next(_sides.Count);
        var side = _sides[at];
        _sides[at] = _random.Next(2) == 0 && !side.Ancestors.Contains(_base)
            ? _maker.Commit([side, _base], Merge(side, _base, honest: _random.Next(4) > 0))
            : _maker.Commit([side], Edit(side.Files, anyPath: _random.Next(4) == 0));
    }

    /// <summary>One step of the agent: mostly harmless.</summary>
    private void Work() => _agent = _random.Next(12) switch
    {
        0 or 1 or 2 when !_agent.Ancestors.Contains(_base) => _maker.Commit([_agent, _base], Merge(_agent, _base, honest: _random.Next(2) == 0)),
        3 when Others(_agent) is { } side => _maker.Commit([_agent, side], Merge(_agent, side, honest: _random.Next(2) == 0)),
        4 when _random.Next(3) == 0 => _maker.Commit([_agent], Edit(_agent.Files, anyPath: true)),
        5 when _random.Next(3) == 0 => _maker.Commit([_agent], Take(_agent.Files, Any(_baseLine).Files)),
        6 => _maker.Commit([_agent], Rename(_agent.Files)),
        7 when _random.Next(4) == 0 => _maker.Commit([_agent], Set(_agent.Files, ".github", new MadeFile(_random.Next(2) == 0 ? "120000" : "100644", "src"))),
        8 when _random.Next(4) == 0 => _maker.Commit([_agent], Set(_agent.Files, Any([".github/workflows", ".github"]), new MadeFile("160000", new string('1', 40)))),
        _ => _maker.Commit([_agent], Edit(_agent.Files, anyPath: false)),
    };

    private MadeCommit Future()
    {
        var (kept, keptLine) = (_base, _baseLine.Count);
        Grow(_random.Next(1, 5), MoveBase, MoveBase, MoveBase, GrowSide);
        if (_random.Next(4) == 0 && !_base.Ancestors.Contains(FirstTip))
            _base = _maker.Commit([_base, FirstTip], Merge(_base, FirstTip, honest: true));
        var future = _base;
        _base = kept;
        _baseLine.RemoveRange(keptLine, _baseLine.Count - keptLine);
        return future;
    }

    private MadeCommit? Others(MadeCommit into)
    {
        var others = _sides.Where(side => !into.Ancestors.Contains(side)).ToArray();
        return others.Length == 0 ? null : Any(others);
    }

    /// <summary>By a merge base where that decides; else, and where the merge is not honest, by either side.</summary>
    private Dictionary<string, MadeFile> Merge(MadeCommit ours, MadeCommit theirs, bool honest)
    {
        var strategy = honest ? 3 : _random.Next(3);
        var ancestors = ours.Ancestors.Intersect(theirs.Ancestors).ToArray();
        var common = ancestors.FirstOrDefault(one => !ancestors.Any(other => other != one && other.Ancestors.Contains(one)));
        var files = new Dictionary<string, MadeFile>(StringComparer.Ordinal);
        foreach (var path in ours.Files.Keys.Union(theirs.Files.Keys).ToArray())
        {
            var (mine, yours, before) = (ours.Files.GetValueOrDefault(path), theirs.Files.GetValueOrDefault(path), common?.Files.GetValueOrDefault(path));
            var file = strategy switch
            {
                0 => mine,
                1 => yours,
                2 => _random.Next(2) == 0 ? mine : yours,
                _ => mine == before ? yours : mine,
            };
            if (file is not null)
                files = Set(files, path, file);
        }

        return files;
    }

    private Dictionary<string, MadeFile> Edit(IReadOnlyDictionary<string, MadeFile> files, bool anyPath)
    {
        var path = anyPath && _random.Next(2) == 0 ? Any(Protected) : Any(Plain);
        return anyPath && _random.Next(6) == 0
            ? files.Where(file => file.Key != path).ToDictionary(StringComparer.Ordinal)
            : Set(files, path, Text(path, _random.Next(4)));
    }

    private Dictionary<string, MadeFile> Revert(IReadOnlyDictionary<string, MadeFile> files) => Take(files, Any(_baseLine).Files);

    private Dictionary<string, MadeFile> Take(IReadOnlyDictionary<string, MadeFile> files, IReadOnlyDictionary<string, MadeFile> from)
    {
        var path = Any(Protected);
        return from.TryGetValue(path, out var file) ? Set(files, path, file) : files.Where(known => known.Key != path).ToDictionary(StringComparer.Ordinal);
    }

    private Dictionary<string, MadeFile> Rename(IReadOnlyDictionary<string, MadeFile> files)
    {
        var (from, to) = Any([("lib", "vendor"), ("src", "lib"), ("docs", "manual"), (".github/ISSUE_TEMPLATE", "templates")]);
        var moved = new Dictionary<string, MadeFile>(StringComparer.Ordinal);
        foreach (var (path, file) in files)
            moved = Set(moved, path.StartsWith(from + "/", StringComparison.Ordinal) && !IsProtected(path) ? to + path[from.Length..] : path, file);
        return moved;
    }

    /// <summary>A file takes the place of a folder of its name, and the other way round.</summary>
    private static Dictionary<string, MadeFile> Set(IReadOnlyDictionary<string, MadeFile> files, string path, MadeFile file)
    {
        var set = files.Where(known => !known.Key.StartsWith(path + "/", StringComparison.Ordinal) && !path.StartsWith(known.Key + "/", StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        set[path] = file;
        return set;
    }

    private static MadeFile Text(string path, int version) =>
        new("100644", string.Concat(Enumerable.Range(0, 8).Select(line => $"{path} {line}{(line == version ? " changed" : "")}\n")));

    private T Any<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];
}
