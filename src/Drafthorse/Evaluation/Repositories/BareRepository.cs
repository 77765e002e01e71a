using System.Text;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Evaluation.Repositories;

/// <summary>A bare repository that the evaluation made, in a folder of its own.</summary>
internal sealed class BareRepository
{
    /// <summary>The branch that work starts from.</summary>
    public const string Main = "refs/heads/main";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly (string Key, string Value)[] Config = [("user.name", "drafthorse"), ("user.email", "drafthorse@localhost"), ("core.quotePath", "false"), ("core.autocrlf", "false")];
    private readonly GitProcess _git;

    private BareRepository(string directory)
    {
        Directory = directory;
        _git = new GitProcess("git", Path.GetDirectoryName(directory)!);
    }

    public string Directory { get; }

    /// <summary>Makes an empty one. Throws <see cref="TaskException"/>.</summary>
    public static async Task<BareRepository> CreateAsync(string directory, CancellationToken cancellationToken)
    {
        var repository = new BareRepository(directory);
        await repository.RunAsync(new GitCommand("init", "--bare", "--quiet", "--template=", "--initial-branch=main", directory), cancellationToken);
        return repository;
    }

    /// <summary>Fetches from a repository or bundle of this machine.</summary>
    public async Task FetchAsync(string from, string refs, CancellationToken cancellationToken)
    {
        var fetch = new GitCommand("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--", from, refs)
        {
            GitDirectory = Directory,
            Environment = [("GIT_ALLOW_PROTOCOL", "file")],
            Config = Config,
            Timeout = Patience,
        };
        await RunAsync(fetch, cancellationToken);
    }

    /// <summary>Runs a command that must succeed, and returns its first line of output. Throws <see cref="TaskException"/>.</summary>
    public async Task<string> LineAsync(string[] arguments, CancellationToken cancellationToken, string? index = null) =>
        (await RunAsync(arguments, cancellationToken, index: index)).Line;

    /// <summary>Runs a command that must succeed. Throws <see cref="TaskException"/>.</summary>
    public Task<GitResult> RunAsync(string[] arguments, CancellationToken cancellationToken, ReadOnlyMemory<byte> input = default, string? index = null) =>
        RunAsync(New(arguments, input, index), cancellationToken);

    /// <summary>The commit that a name stands for, or null.</summary>
    public async Task<string?> FindCommitAsync(string name, CancellationToken cancellationToken)
    {
        var result = await _git.RunAsync(New(["rev-parse", "--verify", "--quiet", "--end-of-options", $"{name}^{{commit}}"], default, null), cancellationToken);
        return result.ExitCode == 0 ? result.Line : null;
    }

    private GitCommand New(string[] arguments, ReadOnlyMemory<byte> input, string? index) => new(arguments)
    {
        GitDirectory = Directory,
        Config = Config,
        InputPrefix = input,
        Environment = index is null ? [] : [("GIT_INDEX_FILE", Path.Combine(Directory, index))],
        Timeout = Patience,
    };

    private async Task<GitResult> RunAsync(GitCommand command, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _git.RunAsync(command, cancellationToken);
            return result.ExitCode == 0 ? result : throw new TaskException($"git {command.Arguments[0]} ended with {result.ExitCode}: {Printable.Lines(result.Error, 600)}");
        }
        catch (GitException exception)
        {
            throw new TaskException(exception.Message, exception);
        }
    }

    /// <summary>Bytes for a command's standard input.</summary>
    public static ReadOnlyMemory<byte> Input(string text) => Encoding.UTF8.GetBytes(text);
}
