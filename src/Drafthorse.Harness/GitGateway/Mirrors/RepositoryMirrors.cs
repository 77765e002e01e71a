using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway.Mirrors;

/// <summary>
/// The host's bare mirrors, one for each repository: sandboxes clone from them at local speed, and code reads base branches
/// from them. Filled and refreshed from upstream with credentials that are never written to disk or to a command line.
/// </summary>
internal sealed class RepositoryMirrors
{
    private readonly ConcurrentDictionary<string, RepositoryMirror> _mirrors = new(StringComparer.Ordinal);
    private readonly GitGatewayOptions _options;
    private readonly GitCredentialSource _credentials;
    private readonly TimeProvider _time;

    /// <summary>Keeps mirrors under <see cref="GitGatewayOptions.StateDirectory"/>, which is made when it is missing.</summary>
    public RepositoryMirrors(GitGatewayOptions options, GitCredentialSource credentials, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _credentials = credentials;
        _time = time ?? TimeProvider.System;
        Root = Path.GetFullPath(options.StateDirectory);
        if (!OperatingSystem.IsWindows())
            Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Git = new GitProcess(options.GitProgram, Root);
    }

    internal string Root { get; }

    internal GitProcess Git { get; }

    internal GitGatewayOptions Options => _options;

    internal TimeProvider Time => _time;

    /// <summary>The branch and the commit that work starts from, as upstream has them now. The commit is null in a repository
    /// without commits. Throws <see cref="GitException"/> when upstream does not answer or the branch does not exist.</summary>
    public async Task<RepositoryBase> ResolveBaseAsync(RepositoryRef repository, string? branch, CancellationToken cancellationToken)
    {
        var mirror = Get(repository);
        await mirror.RefreshAsync(_options.MirrorFreshness, cancellationToken).ConfigureAwait(false);
        var name = branch ?? await mirror.ReadDefaultBranchAsync(cancellationToken).ConfigureAwait(false);
        var commit = await mirror.ResolveAsync($"refs/heads/{name}", cancellationToken).ConfigureAwait(false);
        if (commit is null && branch is not null)
            throw new GitException($"{repository.FullName} has no branch {Printable.Line(branch, 200)}.");
        return new RepositoryBase(name, commit);
    }

    /// <summary>The commit of a branch as upstream has it now, or null: what a push really did, also after a crash in its middle.
    /// Throws <see cref="GitException"/> when upstream does not answer.</summary>
    public async Task<string?> ResolveBranchAsync(RepositoryRef repository, string branch, CancellationToken cancellationToken)
    {
        var mirror = Get(repository);
        await mirror.RefreshAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        return await mirror.ResolveAsync($"refs/heads/{branch}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The commit of a pull request as upstream has it now, also of one from a fork, or null. Sandboxes can fetch it from then on,
    /// as <see cref="PullRequestRef"/>. Throws <see cref="GitException"/> when upstream does not answer.</summary>
    public async Task<string?> ResolvePullRequestAsync(RepositoryRef repository, int number, CancellationToken cancellationToken)
    {
        var mirror = Get(repository);
        await mirror.RefreshAsync(_options.MirrorFreshness, cancellationToken).ConfigureAwait(false);
        return await mirror.FetchRefAsync(PullRequestRef(number), PullRequestRef(number), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes sure that a commit of a pull request is here, also when its branch has moved on since. Returns the ref that sandboxes
    /// fetch it by. Throws <see cref="GitException"/> when upstream does not have it (any more).</summary>
    public async Task<string> KeepPullRequestCommitAsync(RepositoryRef repository, int number, string commit, CancellationToken cancellationToken)
    {
        if (!ObjectId.IsValid(commit))
            throw new GitException($"The head of pull request #{number} is not known.");
        var mirror = Get(repository);
        await mirror.RefreshAsync(_options.MirrorFreshness, cancellationToken).ConfigureAwait(false);
        var kept = string.Create(CultureInfo.InvariantCulture, $"refs/drafthorse/pull/{number}/{commit}");
        if (await mirror.ResolveAsync(kept, cancellationToken).ConfigureAwait(false) == commit
            || await mirror.FetchRefAsync(commit, kept, cancellationToken).ConfigureAwait(false) == commit)
        {
            return kept;
        }

        throw new GitException($"{repository.FullName} does not have the commit {commit[..12]} of pull request #{number} any more.");
    }

    /// <summary>The branches as of the last look at upstream. Throws <see cref="GitException"/>.</summary>
    internal async Task<IReadOnlyList<string>> ListBranchesAsync(RepositoryRef repository, CancellationToken cancellationToken) =>
        [.. (await Get(repository).ReadBranchesAsync(cancellationToken).ConfigureAwait(false)).Select(branch => branch.Ref["refs/heads/".Length..])];

    /// <summary>
    /// The tags that a checkout gets, as full ref names, <paramref name="most"/> at most: the newest of all, and the newest that the commit
    /// descends from, which is what versions are told by. Throws <see cref="GitException"/>.
    /// </summary>
    internal async Task<IReadOnlyList<string>> ListTagsAsync(RepositoryRef repository, string? commit, int most, CancellationToken cancellationToken)
    {
        if (commit is null)
            return [];
        var mirror = Get(repository);
        var count = (most / 2).ToString(CultureInfo.InvariantCulture);
        string[] list = ["for-each-ref", "--sort=-creatordate", $"--count={count}", "--format=%(refname)"];
        var merged = await Git.RequireAsync(new GitCommand([.. list, $"--merged={ObjectId.Require(commit)}", "refs/tags/"]) { GitDirectory = mirror.Directory }, cancellationToken).ConfigureAwait(false);
        var newest = await Git.RequireAsync(new GitCommand([.. list, "refs/tags/"]) { GitDirectory = mirror.Directory }, cancellationToken).ConfigureAwait(false);
        return [.. merged.Text.Split('\n').Concat(newest.Text.Split('\n')).Where(tag => tag.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Where GitHub keeps a pull request's commits, whichever repository its branch is in.</summary>
    public static string PullRequestRef(int number) => string.Create(CultureInfo.InvariantCulture, $"refs/pull/{number}/head");

    /// <summary>A text file as of a commit, or null when the commit has no such file. Upstream is asked only
    /// when the mirror does not have the commit. Throws <see cref="GitException"/> when upstream does not have it either, or when the
    /// file is larger than <paramref name="maxBytes"/> or is not a plain one.</summary>
    public async Task<string?> ReadFileAsync(
        RepositoryRef repository, string commit, string path, int maxBytes, CancellationToken cancellationToken)
    {
        var mirror = Get(repository);
        await mirror.RequireCommitAsync(ObjectId.Require(commit), cancellationToken).ConfigureAwait(false);
        var entry = await Git.RequireAsync(
            new GitCommand("--literal-pathspecs", "ls-tree", "-l", "-z", commit, "--", path) { GitDirectory = mirror.Directory },
            cancellationToken).ConfigureAwait(false);
        if (entry.Output.Length == 0)
            return null;
        var fields = entry.Text.Split('\t')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [['1', '0', '0', ..], "blob", var blob, var size])
            throw new GitException($"{path} is not a plain file in {repository.FullName} at {commit[..12]}.");
        if (!long.TryParse(size, out var bytes) || bytes > maxBytes)
            throw new GitException($"{path} of {repository.FullName} is larger than {maxBytes} bytes.");
        var content = await Git.RequireAsync(
            new GitCommand("cat-file", "blob", blob) { GitDirectory = mirror.Directory }, cancellationToken).ConfigureAwait(false);
        return content.Text;
    }

    internal RepositoryMirror Get(RepositoryRef repository)
    {
        var mirror = _mirrors.GetOrAdd(NameOf(repository), static (name, key) => key.Self.Create(name, key.Repository), (Self: this, Repository: repository));
        mirror.Repository = repository;
        return mirror;
    }

    private RepositoryMirror Create(string name, RepositoryRef repository) =>
        new(repository, Path.Combine(Root, "mirrors", name + ".git"), Git, _options, _credentials, _time);

    /// <summary>By the code host's number where it is known: a repository keeps it when it is renamed, and another one of its name has another.</summary>
    private static string NameOf(RepositoryRef repository)
    {
        if (repository.NumericId is { } number)
        {
            var server = Uri.TryCreate(repository.CloneUrl, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : repository.CloneUrl;
            return string.Create(CultureInfo.InvariantCulture, $"{number}-{Hash($"{repository.Host}\n{server}")}");
        }

        var hash = Hash($"{repository.Host}\n{repository.FullName}\n{repository.CloneUrl}");
        var readable = new string([.. repository.FullName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/').Take(60)]);
        return $"{readable.Replace('/', '-')}-{hash}";
    }

    private static string Hash(string identity) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..20];
}

/// <summary>Where work starts: the branch, and its commit (null when the repository has none yet).</summary>
internal sealed record RepositoryBase(string Branch, string? Commit);
