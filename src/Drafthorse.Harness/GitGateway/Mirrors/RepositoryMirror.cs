using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway.Mirrors;

/// <summary>One repository's mirror: its branches and tags as upstream had them at the last refresh.</summary>
internal sealed class RepositoryMirror(
    RepositoryRef repository,
    string directory,
    GitProcess git,
    GitGatewayOptions options,
    GitCredentialSource credentials,
    TimeProvider time)
{
    private const int PacksBeforeRepack = 40;
    private static readonly string[] SignsOfDamage = ["corrupt", "bad object", "loose object", "not a git repository", "bad ref", "broken"];
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeadFreshness = TimeSpan.FromMinutes(10);
    private long? _refreshedAt;
    private long? _headReadAt;

    public string Directory { get; } = directory;

    /// <summary>The repository as it was last named: it may have been renamed since.</summary>
    public RepositoryRef Repository { get; set; } = repository;

    private SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Asks upstream unless that was done within <paramref name="maxAge"/>; callers at the same time share one exchange.</summary>
    public async Task RefreshAsync(TimeSpan maxAge, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        if (IsFresh(asked, maxAge))
            return;
        await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (IsFresh(asked, maxAge))
                return;
            using var alone = await FileLock.TakeAsync(Directory + ".lock", time, cancellationToken).ConfigureAwait(false);
            var started = time.GetTimestamp();
            await FillAsync(cancellationToken).ConfigureAwait(false);
            _refreshedAt = started;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Brings one more ref, or a commit, from upstream under a ref's name. Returns its commit, or null when upstream has no such one.</summary>
    public async Task<string?> FetchRefAsync(string source, string reference, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var alone = await FileLock.TakeAsync(Directory + ".lock", time, cancellationToken).ConfigureAwait(false);
            // Anybody can open a pull request, so its pack is as hostile as a sandbox's.
            var fetch = options.Unpack.Apply(
                Local("fetch", "--quiet", "--force", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance",
                    "--", Repository.CloneUrl, $"+{source}:{reference}"),
                Directory);
            var result = await git.RunAsync(await ToUpstreamAsync(fetch, GitAccess.Read, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                return result.Error.Contains("couldn't find remote ref", StringComparison.Ordinal) || result.Error.Contains("not our ref", StringComparison.Ordinal)
                    ? null
                    : throw new GitException(Upstream.Explain(Repository, result.Error));
            }
        }
        finally
        {
            Gate.Release();
        }

        return await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
    }

    public void MarkStale() => _refreshedAt = null;

    public async Task<string> ReadDefaultBranchAsync(CancellationToken cancellationToken)
    {
        var head = await git.RequireAsync(Local("symbolic-ref", "HEAD"), cancellationToken).ConfigureAwait(false);
        return head.Line["refs/heads/".Length..];
    }

    /// <summary>The commit of a full ref name, or null.</summary>
    public async Task<string?> ResolveAsync(string reference, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(Local("rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}"), cancellationToken)
            .ConfigureAwait(false);
        return result.ExitCode == 0 && ObjectId.IsValid(result.Line) ? result.Line : null;
    }

    /// <summary>Makes sure that the mirror has a commit: another replica may have seen it first.</summary>
    public async Task RequireCommitAsync(string commit, CancellationToken cancellationToken)
    {
        if (await HasAsync(commit, cancellationToken).ConfigureAwait(false))
            return;
        await RefreshAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (!await HasAsync(commit, cancellationToken).ConfigureAwait(false))
            throw new GitException($"{Repository.FullName} does not have the commit {commit[..12]} (any more): its history was rewritten.");
    }

    /// <summary>Branch tips by full ref name.</summary>
    public async Task<IReadOnlyList<(string Ref, string Commit)>> ReadBranchesAsync(CancellationToken cancellationToken)
    {
        var result = await git.RequireAsync(
            Local("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/") with { MaxOutputBytes = 64 * 1024 * 1024 },
            cancellationToken).ConfigureAwait(false);
        return [.. result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (line[41..], line[..40]))];
    }

    /// <summary>A command that talks to upstream, with the credential in its environment only.</summary>
    public async Task<GitCommand> ToUpstreamAsync(GitCommand command, GitAccess access, CancellationToken cancellationToken)
    {
        var protocol = Upstream.ProtocolOf(Repository);
        var credential = await credentials(Repository, access, cancellationToken).ConfigureAwait(false);
        Upstream.RequireSafe(Repository, credential);
        return command with
        {
            Config =
            [
                .. command.Config, ("fetch.unpackLimit", "1"),
                .. credential is null ? [] : ((string, string)[])[("http.extraHeader", credential.ToHeader())],
            ],
            MaxMemoryBytes = command.MaxMemoryBytes > 0 ? command.MaxMemoryBytes : options.MaxProcessMemoryBytes,
            Secrets = credential is null ? [] : [credential.Password],
            Environment = [.. command.Environment, ("GIT_ALLOW_PROTOCOL", protocol)],
            Timeout = options.UpstreamTimeout,
        };
    }

    private async Task<bool> HasAsync(string commit, CancellationToken cancellationToken) =>
        System.IO.Directory.Exists(Directory)
        && (await git.RunAsync(Local("cat-file", "-e", commit + "^{commit}"), cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    private bool IsFresh(long asked, TimeSpan maxAge) =>
        _refreshedAt is { } at && time.GetElapsedTime(at, asked) <= maxAge;

    private GitCommand Local(params string[] arguments) => new(arguments) { GitDirectory = Directory };

    // A host that was killed while git wrote leaves lock files, half a clone, in the worst case a damaged repository. All heal here,
    // as this process alone holds the mirror.
    private async Task FillAsync(CancellationToken cancellationToken)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            await CloneAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GitException exception) when (exception.Message.Contains(".lock", StringComparison.Ordinal))
        {
            await Task.Delay(LockPatience, time, cancellationToken).ConfigureAwait(false);
            foreach (var left in System.IO.Directory.EnumerateFiles(Directory, "*.lock", SearchOption.AllDirectories).ToArray())
                File.Delete(left);
            await FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GitException exception) when (SignsOfDamage.Any(sign => exception.Message.Contains(sign, StringComparison.Ordinal)))
        {
            RemoveLeft("damaged");
            System.IO.Directory.Move(Directory, $"{Directory}.{Guid.NewGuid():N}.damaged");
            await CloneAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CloneAsync(CancellationToken cancellationToken)
    {
        RemoveLeft("new");
        var fresh = $"{Directory}.{Guid.NewGuid():N}.new";
        try
        {
            await UpstreamAsync(
                new GitCommand("clone", "--bare", "--quiet", "--no-local", "--template=", "--", Repository.CloneUrl, fresh),
                cancellationToken).ConfigureAwait(false);
            System.IO.Directory.Move(fresh, Directory);
            _headReadAt = time.GetTimestamp();
        }
        finally
        {
            if (System.IO.Directory.Exists(fresh))
                System.IO.Directory.Delete(fresh, recursive: true);
        }
    }

    /// <summary>Removes what a host left that was killed in its middle: the mirror's lock is ours.</summary>
    private void RemoveLeft(string kind)
    {
        var mirrors = System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Directory)!);
        foreach (var left in mirrors.GetDirectories($"{Path.GetFileName(Directory)}.*.{kind}"))
        {
            try
            {
                left.Delete(recursive: true);
            }
            catch (IOException)
            {
                // The git of the killed host still writes it. Another time.
            }
        }
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        await UpstreamAsync(
            Local("fetch", "--quiet", "--prune", "--force", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance",
                "--", Repository.CloneUrl, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"),
            cancellationToken).ConfigureAwait(false);
        if (_headReadAt is not { } at || time.GetElapsedTime(at) > HeadFreshness)
            await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        var packs = System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "objects", "pack"), "*.pack").Count();
        if (packs >= PacksBeforeRepack)
            await git.RunAsync(Local("repack", "-d", "-q", "--geometric=2"), cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadHeadAsync(CancellationToken cancellationToken)
    {
        var result = await UpstreamAsync(Local("ls-remote", "--symref", "--", Repository.CloneUrl, "HEAD"), cancellationToken)
            .ConfigureAwait(false);
        if (result.Text.Split('\n')[0].Split('\t')[0] is ['r', 'e', 'f', ':', ' ', .. var head] && head.StartsWith("refs/heads/", StringComparison.Ordinal))
            await git.RequireAsync(Local("symbolic-ref", "HEAD", head), cancellationToken).ConfigureAwait(false);
        _headReadAt = time.GetTimestamp();
    }

    private async Task<GitResult> UpstreamAsync(GitCommand command, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(await ToUpstreamAsync(command, GitAccess.Read, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        return result.ExitCode == 0 ? result : throw new GitException(Upstream.Explain(Repository, result.Error));
    }
}
