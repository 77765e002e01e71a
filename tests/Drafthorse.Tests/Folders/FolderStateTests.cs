using Drafthorse.Folders;
using Drafthorse.Folders.Snapshots;

namespace Drafthorse.Tests.Folders;

/// <summary>What a state of a folder has in it, and what changes when it is made again.</summary>
public sealed class FolderStateTests : IDisposable
{
    private readonly FolderWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task RepositoriesBelow_AreCarriedAsFiles_WithTheirOwnIgnoredFiles()
    {
        _world.Write("a.txt", "a");
        _world.Write("committed/b.txt", "b");
        _world.Write("committed/.gitignore", "*.log\n");
        _world.Write("committed/own.log", "x");
        _world.Write("committed/deeper/c.txt", "c");
        _world.Commit("committed/deeper");
        _world.Commit("committed");
        _world.Write("young/d.txt", "d");
        _world.Git(Path.Combine(_world.Folder, "young"), "init", "-q");
        _world.Commit();

        var states = await _world.OpenAsync();
        var state = await states.TakeAsync(Ct);

        Assert.Equal(["100644 a.txt", "100644 committed/.gitignore", "100644 committed/b.txt", "100644 committed/deeper/c.txt", "100644 young/d.txt"], await _world.ListAsync(states, state));
    }

    [Fact]
    public async Task Undo_InARepositoryBelow_TakesBack()
    {
        _world.Write("a.txt", "a");
        _world.Write("inner/b.txt", "before\n");
        _world.Commit("inner");
        _world.Commit();
        var turns = new TurnHistory(_world.Folder, _world.State);
        await turns.BeginAsync(Ct);
        _world.Write("inner/b.txt", "after\n");
        _world.Write("inner/c.txt", "new\n");
        await turns.EndAsync(Ct);

        var result = await turns.UndoAsync(Ct);

        Assert.Equal(["inner/b.txt", "inner/c.txt"], result!.Changed.Select(change => change.Path).Order());
        Assert.Equal("before\n", _world.Read("inner/b.txt"));
        Assert.False(File.Exists(Path.Combine(_world.Folder, "inner/c.txt")));
    }

    [Fact]
    public async Task HooksOfARepositoryBelow_AreNotForStrangers()
    {
        _world.Write("inner/b.txt", "b\n");
        _world.Commit("inner");
        _world.Git(Path.Combine(_world.Folder, "inner"), "config", "core.hooksPath", ".husky");
        _world.Commit();
        var states = await _world.OpenAsync();
        var before = await states.TakeAsync(Ct);
        _world.Write("inner/.husky/pre-commit", "evil");
        _world.Write("inner/fine.txt", "fine");
        var after = await states.TakeAsync(Ct);
        Directory.Delete(Path.Combine(_world.Folder, "inner/.husky"), recursive: true);
        File.Delete(Path.Combine(_world.Folder, "inner/fine.txt"));

        var result = await states.ApplyAsync(before, after, before, fromStrangers: true, Ct);

        Assert.Equal("inner/fine.txt", Assert.Single(result.Changed).Path);
        Assert.Equal("inner/.husky/pre-commit", Assert.Single(result.Refused).Path);
    }

    [Fact]
    public async Task GitDirectoryOfAnotherName_IsNotForStrangers()
    {
        _world.Commit();
        Directory.Move(Path.Combine(_world.Folder, ".git"), Path.Combine(_world.Folder, "repository"));
        _world.Write(".git", "gitdir: repository\n");

        var facts = await FolderFacts.ReadAsync(_world.Folder, Ct);

        Assert.Equal(["repository"], facts.Obeyed);
    }

    [Fact]
    public async Task FileThatIsIgnoredHere_StaysAsItIs()
    {
        _world.Write(".gitignore", ".env\n");
        _world.Write(".env", "KEY=1\n");
        _world.Commit();
        var states = await _world.OpenAsync();
        var before = await states.TakeAsync(Ct);
        _world.Write(".gitignore", "");
        _world.Write(".env", "KEY=of the agent\n");
        var after = await states.TakeAsync(Ct);
        _world.Write(".gitignore", ".env\n");
        _world.Write(".env", "KEY=1\n");
        await states.Git.RunAsync(["update-index", "--force-remove", ".env"], Ct, index: "files.index");

        var result = await states.ApplyAsync(before, after, before, fromStrangers: true, Ct);

        Assert.Equal("KEY=1\n", _world.Read(".env"));
        Assert.Contains("ignored", Assert.Single(result.Refused, refused => refused.Path == ".env").Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OurOwnHomeInTheFolder_IsInNoState()
    {
        _world.Write("a.txt", "a");
        _world.Write("own/drafthorse.db", "private");
        _world.Commit();

        var states = await FolderSnapshots.OpenAsync(_world.Folder, Path.Combine(_world.Folder, "own", "state", "folders"), Ct);

        Assert.Equal(["100644 a.txt"], await _world.ListAsync(states, await states.TakeAsync(Ct)));
    }

    [Fact]
    public async Task NamesThatGitTakesForItsOwn_AreLeftOutOneByOne()
    {
        _world.Write("a.txt", "a");
        _world.Commit();
        foreach (var name in (string[])["git~1", ".GIT", "d/.g\u200cit"])
            _world.Write($"{name}/config", "x");
        var states = await _world.OpenAsync();

        var state = await states.TakeAsync(Ct);

        Assert.Equal(["100644 a.txt"], await _world.ListAsync(states, state));
        Assert.Contains(states.Notes, note => note.StartsWith("git~1/config is left out: git takes its name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FolderThatIsGone_IsSaidToBe()
    {
        Directory.Delete(_world.Folder);

        var refused = await Assert.ThrowsAsync<FolderException>(_world.OpenAsync);

        Assert.Contains("is not there (any more)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShallowClone_IsCutWhereItWas()
    {
        _world.Write("from/a.txt", "1");
        _world.Commit("from");
        _world.Git(Path.Combine(_world.Folder, "from"), "commit", "-q", "--allow-empty", "-m", "second");
        _world.Git(_world.Folder, "clone", "-q", "--depth=1", $"file://{_world.Folder}/from", "to");

        var states = await FolderSnapshots.OpenAsync(Path.Combine(_world.Folder, "to"), _world.State, Ct);

        Assert.True(states.History.IsWhole);
        Assert.Equal($"{states.History.Head}\n", states.History.Shallow);
    }

    [Theory]
    [InlineData("error: open(\"a b\"): Permission denied\nerror: unable to index file 'a b'\nfatal: x", "a b")]
    [InlineData("error: p: can only add regular files, symbolic links or git-directories", "p")]
    [InlineData("error: invalid path '.GIT/x'\nerror: unable to add '.GIT/x' to index", ".GIT/x")]
    [InlineData("error: 'sub/' does not have a commit checked out", "sub")]
    [InlineData("warning: could not open directory 'd/e/': Permission denied\n", "d/e")]
    public void LeftOut_WhatGitSays_IsThePath(string said, string path) => Assert.Equal(path, Assert.Single(LeftOut.Parse(said)).Path);

    [Fact]
    public void LeftOut_FullDisk_IsAFailure() => Assert.True(LeftOut.IsFailure("error: unable to create temporary file: No space left on device\nerror: unable to index file 'a'"));
}
