using System.Globalization;
using Drafthorse.Folders;
using Drafthorse.Folders.Snapshots;

namespace Drafthorse.Tests.Folders;

/// <summary>A folder's repository may name programs by any key of its configuration, attributes or hooks: none runs on the host.</summary>
public sealed class HostileRepositoryTests : IDisposable
{
    private readonly FolderWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task EverythingThatIsDone_WithProgramsByEveryKey_RunsNone()
    {
        _world.Write("a.txt", "one\n");
        _world.Write("b.x", "one\n");
        _world.Write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
        _world.Write("inner/c.txt", "one\n");
        _world.Commit("inner");
        _world.Commit();
        foreach (var repository in (string[])["", "inner"])
            NamePrograms(Path.Combine(_world.Folder, repository));
        _world.Write("a.txt", "two\n");
        _world.Write("inner/c.txt", "two\n");
        _world.Git(_world.Folder, "status");
        Assert.True(File.Exists(_world.Mark), "the trap is none");
        File.Delete(_world.Mark);

        var turns = new TurnHistory(_world.Folder, _world.State);
        await turns.BeginAsync(Ct);
        _world.Write("a.txt", "three\n");
        _world.Write("new.txt", "new\n");
        await turns.EndAsync(Ct);
        Assert.Null(turns.WhyNot);
        var diff = await FolderDiff.ReadAsync(_world.Folder, _world.State, Ct);
        await turns.UndoAsync(Ct);
        var states = await _world.OpenAsync();
        await states.History.OnlyCompleteAsync(states.Git, Ct);
        await states.TidyAsync(Ct);

        Assert.False(File.Exists(_world.Mark), "a program of the folder ran");
        Assert.Contains("a.txt", diff!.Filtered);
        Assert.Equal("two\n", _world.Read("a.txt"));
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("HEAD~1")]
    [InlineData("HEAD^{tree}")]
    [InlineData("HEAD:a.txt")]
    public async Task MissingObject_IsNotFetched_AndTheHistoryIsSaidToBeIncomplete(string missing)
    {
        _world.Write("a.txt", "one\n");
        _world.Commit();
        for (var commit = 0; commit < 3; commit++)
        {
            _world.Write("a.txt", commit.ToString(CultureInfo.InvariantCulture));
            _world.Git(_world.Folder, "commit", "-qam", "more");
        }

        var id = _world.Git(_world.Folder, "rev-parse", missing).Trim();
        File.Delete(Path.Combine(_world.Folder, ".git/objects", id[..2], id[2..]));
        foreach (var (key, value) in new[] { ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "origin"), ("remote.origin.url", "ssh://localhost/x"), ("remote.origin.promisor", "true"), ("core.sshCommand", $"touch {_world.Mark}; false") })
            _world.Git(_world.Folder, "config", key, value);

        _world.Write("a.txt", "not committed");
        var states = await _world.OpenAsync();
        var state = await states.TakeAsync(Ct);
        var history = await states.History.OnlyCompleteAsync(states.Git, Ct);
        await FolderDiff.ReadAsync(_world.Folder, _world.State, Ct).ContinueWith(_ => { }, Ct);

        Assert.False(File.Exists(_world.Mark), "something was fetched");
        Assert.Equal(["100644 a.txt"], await _world.ListAsync(states, state));
        Assert.False(history.IsWhole);
        if (missing is "HEAD" or "HEAD~1")
            Assert.Contains(states.Notes, note => note.Contains("is incomplete", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gitfile")]
    [InlineData("link")]
    [InlineData("commondir")]
    [InlineData("exclude")]
    [InlineData("excludesFile")]
    public async Task RepositoryThatLeadsElsewhere_GivesNothingOfIt(string how)
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(_world.Folder)!, "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "key"), "private\n");
        _world.Git(elsewhere, "init", "-q");
        _world.Git(elsewhere, "commit", "-q", "--allow-empty", "-m", "private");
        var own = Path.Combine(_world.Folder, ".git");
        if (how is "exclude" or "excludesFile")
            _world.Commit();
        switch (how)
        {
            case "gitfile":
                File.WriteAllText(own, $"gitdir: {elsewhere}/.git\n");
                break;
            case "link":
                File.CreateSymbolicLink(own, $"{elsewhere}/.git");
                break;
            case "commondir":
                _world.Write(".git/HEAD", "ref: refs/heads/master\n");
                _world.Write(".git/commondir", $"{elsewhere}/.git\n");
                break;
            case "exclude":
                File.Delete(Path.Combine(own, "info/exclude"));
                File.CreateSymbolicLink(Path.Combine(own, "info/exclude"), Path.Combine(elsewhere, "key"));
                break;
            default:
                _world.Git(_world.Folder, "config", "core.excludesFile", Path.Combine(elsewhere, "key"));
                break;
        }

        var facts = await FolderFacts.ReadAsync(_world.Folder, Ct);

        Assert.Equal(_world.Folder, facts.Root);
        Assert.DoesNotContain("private", facts.Ignored, StringComparison.Ordinal);
        if (how is not ("exclude" or "excludesFile"))
        {
            Assert.Null(facts.Head);
            Assert.Null(facts.Objects);
            Assert.Contains("does not lead back", Assert.Single(facts.Notes), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WorkTreeOfAnotherPlace_TheFolderItIsIn()
    {
        _world.Write("a.txt", "here\n");
        _world.Commit();
        _world.Git(_world.Folder, "config", "core.worktree", "/");

        var states = await _world.OpenAsync();

        Assert.Equal(_world.Folder, states.Facts.Root);
        Assert.Equal(["100644 a.txt"], await _world.ListAsync(states, await states.TakeAsync(Ct)));
    }

    [Fact]
    public async Task LinkedWorkTree_HasItsHistory()
    {
        _world.Write("main/a.txt", "here\n");
        _world.Commit("main");
        _world.Git(Path.Combine(_world.Folder, "main"), "worktree", "add", "-q", Path.Combine(_world.Folder, "other"));

        var facts = await FolderFacts.ReadAsync(Path.Combine(_world.Folder, "other"), Ct);

        Assert.Equal("other", facts.Branch);
        Assert.NotNull(facts.Head);
        Assert.Empty(facts.Notes);
    }

    [Theory]
    [InlineData(".gitignore")]
    [InlineData("deep/.gitattributes")]
    [InlineData("inner/.git/HEAD")]
    public async Task PipeThatGitWouldWaitFor_IsNamed(string path)
    {
        _world.Write("a.txt", "here\n");
        _world.Commit();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_world.Folder, path))!);
        System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_world.Folder, path)]).WaitForExit();
        var states = await _world.OpenAsync();

        var refused = await Assert.ThrowsAsync<FolderException>(() => states.TakeAsync(Ct));

        Assert.Contains($"{path} is not a file", refused.Message, StringComparison.Ordinal);
    }

    private void NamePrograms(string repository)
    {
        var program = Path.Combine(Path.GetDirectoryName(_world.Mark)!, "evil");
        File.WriteAllText(program, $"#!/bin/sh\ntouch {_world.Mark}\ncat\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var hooks = Directory.CreateDirectory(Path.Combine(repository, ".git", "hooks")).FullName;
        foreach (var hook in (string[])["post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman"])
            File.Copy(program, Path.Combine(hooks, hook), overwrite: true);
        File.WriteAllText(Path.Combine(repository, ".git", "more"), $"[core]\n\tfsmonitor = {program}\n[diff]\n\texternal = {program}\n");
        foreach (var (key, value) in new[]
        {
            ("include.path", "more"), ("filter.evil.clean", program), ("filter.evil.smudge", program), ("filter.evil.process", program), ("filter.evil.required", "true"),
            ("diff.evil.command", program), ("diff.evil.textconv", program), ("merge.evil.driver", program), ("core.hooksPath", hooks), ("core.sshCommand", program),
            ("core.askPass", program), ("core.pager", program), ("pager.diff", program), ("pager.config", program), ("core.editor", program), ("core.gitProxy", program),
            ("credential.helper", program), ("gpg.program", program), ("interactive.diffFilter", program), ("alias.add", $"!{program}"), ("alias.config", $"!{program}"),
            ("remote.origin.url", $"ext::{program}"), ("remote.origin.uploadpack", program), ("remote.origin.vcs", program), ("uploadpack.packObjectsHook", program),
            ("submodule.inner.update", $"!{program}"), ("submodule.recurse", "true"), ("sequence.editor", program), ("core.alternateRefsCommand", program),
        })
        {
            _world.Git(repository, "config", "-f", ".git/config", key, value);
        }
    }
}
