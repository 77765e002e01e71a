using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Harness.WorkspaceSync;
using Drafthorse.Tests.Brief;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Workspace;

/// <summary>A workspace that is kept in git: what is fit for use takes the place of what was, in one step; all else leaves the last good one.</summary>
public sealed class WorkspaceSyncTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ProjectWorld _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Workspace => _folder.In("workspace");

    public void Dispose()
    {
        _folder.Dispose();
        _remote.Dispose();
    }

    [Fact]
    public async Task Commits_OneAfterTheOther_AlsoForcePushed_AreTheWorkspace()
    {
        Directory.CreateDirectory(Workspace);
        await PushAsync(("AGENTS.md", ProjectWorld.File, "one"), (".github/x.yml", ProjectWorld.File, "left out"), ("skills/a/SKILL.md", ProjectWorld.File, "---\nname: a\ndescription: d\n---\nbody"));
        await SyncAsync();
        var files = new DirectoryFiles(Workspace, TimeProvider.System);
        var first = await files.ListAsync(null, Token);
        Directory.Delete(_remote.Mirror, recursive: true);
        var second = await PushAsync(("AGENTS.md", ProjectWorld.File, "rewritten"));

        var (commit, odd) = await SyncAsync();

        Assert.Equal((second, "rewritten"), (commit, File.ReadAllText(Path.Combine(Workspace, "AGENTS.md"))));
        Assert.Empty(odd);
        Assert.Equal(["AGENTS.md", "skills/a/SKILL.md"], first.Files.Select(file => file.Path));
        Assert.Equal(["AGENTS.md"], (await files.ListAsync(first, Token)).Files.Select(file => file.Path));
    }

    [Theory]
    [InlineData("link.md", ProjectWorld.Link, "../../../etc/passwd", "link.md is a link; a workspace has plain files only.")]
    [InlineData("sub", ProjectWorld.Submodule, "", "sub is a submodule; a workspace has plain files only.")]
    [InlineData("knowledge/huge.md", ProjectWorld.File, ProjectWorld.Huge, "knowledge/huge.md has 104,857,600 bytes; the most are 4,194,304.")]
    [InlineData("skills/a/SKILL.md", ProjectWorld.File, "no head", "skills/a/SKILL.md:1: the file must begin with a head")]
    [InlineData("hooks.json", ProjectWorld.File, "{", "hooks.json:1: this is not valid JSON")]
    public async Task CommitThatIsNotFit_LeavesTheLastGoodOne_AndSaysSo(string path, string mode, string content, string expected)
    {
        var good = await PushAsync(("AGENTS.md", ProjectWorld.File, "good"));
        await SyncAsync();
        await PushAsync(("AGENTS.md", ProjectWorld.File, "bad"), (path, mode, content));

        var refusal = await Assert.ThrowsAsync<WorkspaceException>(SyncAsync);

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith($"\nCommit {good[..12]} stays in use.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("good", File.ReadAllText(Path.Combine(Workspace, "AGENTS.md")));
        Assert.Single(Directory.GetDirectories(_folder.In("revisions")));
    }

    [Fact]
    public async Task RemoteThatIsGone_AndUnknownRef_LeaveTheLastGoodOne()
    {
        await PushAsync(("AGENTS.md", ProjectWorld.File, "good"));
        await SyncAsync();
        var unknown = await Assert.ThrowsAsync<WorkspaceException>(() => SyncAsync("none"));
        Directory.Delete(_remote.Mirror, recursive: true);

        var gone = await Assert.ThrowsAsync<WorkspaceException>(SyncAsync);

        Assert.Contains("has no branch, tag or commit none.", unknown.Message, StringComparison.Ordinal);
        Assert.EndsWith(" stays in use.", gone.Message, StringComparison.Ordinal);
        Assert.Equal("good", File.ReadAllText(Path.Combine(Workspace, "AGENTS.md")));
    }

    [Fact]
    public async Task FolderWithFilesOfItsOwn_IsLeftAlone()
    {
        Directory.CreateDirectory(Workspace);
        await File.WriteAllTextAsync(Path.Combine(Workspace, "AGENTS.md"), "mine", Token);
        await PushAsync(("AGENTS.md", ProjectWorld.File, "theirs"));

        Assert.Contains("has files of its own", (await Assert.ThrowsAsync<WorkspaceException>(SyncAsync)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(Workspace, "AGENTS.md"), Token));
    }

    private Task<string> PushAsync(params (string Path, string Mode, string Content)[] files)
    {
        if (Directory.Exists(_remote.Mirror))
            Directory.Delete(_remote.Mirror, recursive: true);
        return _remote.CommitAsync(files);
    }

    private Task<(string Commit, IReadOnlyList<Drafthorse.Harness.WorkspaceChecks.WorkspaceFinding> Odd)> SyncAsync() => SyncAsync("main");

    private Task<(string Commit, IReadOnlyList<Drafthorse.Harness.WorkspaceChecks.WorkspaceFinding> Odd)> SyncAsync(string? reference) => new WorkspaceSync(
        new RepositoryMirrors(new GitGatewayOptions { StateDirectory = _folder.In("state") }, (_, _, _) => default), Workspace, _folder.In("revisions"), TimeProvider.System)
        .RunAsync(new RepositoryRef("local", "", "team", _remote.Mirror), reference, Token);
}
