using System.Diagnostics;
using System.Text;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Folders.Snapshots;

/// <summary>
/// Git with a repository of our own beside a folder. The folder's own repository, its index, configuration and hooks play no part, and
/// bytes are taken as they are: no filter, no line ending is applied.
/// </summary>
/// <param name="directory">Our repository.</param>
/// <param name="workTree">The folder, or a repository below it.</param>
/// <param name="ignored">A file with patterns of files that are ignored there beside its own; null for none.</param>
internal sealed class ShadowGit(string directory, string workTree, string? ignored = null)
{
    private const int MostOutput = 1 << 28;
    private const int MostError = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly (string Key, string Value)[] Config =
    [
        ("core.autocrlf", "false"), ("core.safecrlf", "false"), ("core.protectHFS", "true"), ("core.protectNTFS", "true"), ("core.quotePath", "false"),
        ("core.bigFileThreshold", "16m"), ("core.preloadIndex", "true"), ("advice.addEmbeddedRepo", "false"), ("user.name", "drafthorse"), ("user.email", "drafthorse@localhost"),
    ];

    private readonly GitProcess _git = new("git", Path.GetDirectoryName(directory)!);

    public string Directory => directory;

    public string WorkTree => workTree;

    /// <summary>Runs a command that must succeed, and returns what it printed.</summary>
    public async Task<byte[]> RunAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? inputFile = null, string? outputFile = null, string? index = null)
    {
        var result = await TryAsync(arguments, cancellationToken, input, inputFile, outputFile, index);
        return result.ExitCode == 0 ? result.Output : throw new FolderException($"git {arguments[0]} failed on {workTree}: {result.Error.Trim()}");
    }

    public async Task<string> TextAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? index = null) =>
        Encoding.UTF8.GetString(await RunAsync(arguments, cancellationToken, input, index: index)).Trim();

    public async Task<GitResult> TryAsync(
        string[] arguments, CancellationToken cancellationToken, string? input = null, string? inputFile = null, string? outputFile = null, string? index = null, (string Key, string Value)[]? config = null)
    {
        await using var from = inputFile is null ? null : File.OpenRead(inputFile);
        await using var to = outputFile is null ? null : File.Create(outputFile);
        try
        {
            return await _git.RunAsync(
                New(arguments, index) with
                {
                    Config = [.. Config, .. Ignored(), .. config ?? []],
                    InputPrefix = input is null ? default : Encoding.UTF8.GetBytes(input),
                    Input = from,
                    Output = to,
                    MaxOutputBytes = MostOutput,
                    MaxErrorBytes = MostError,
                    Timeout = Patience,
                },
                cancellationToken);
        }
        catch (GitException exception)
        {
            throw new FolderException($"{exception.Message} (on {workTree})", exception);
        }
    }

    /// <summary>Takes a pack of somebody else's with the tree that comes after one that is here.</summary>
    /// <exception cref="FolderException">It is more than the bounds allow, or not that tree.</exception>
    public async Task TakePackAsync(string file, UnpackBounds bounds, string before, string tree, CancellationToken cancellationToken)
    {
        await using var pack = File.OpenRead(file);
        var untrusted = new UntrustedPack(_git, bounds);
        try
        {
            var refusal = await untrusted.TakeAsync(directory, pack, cancellationToken)
                ?? (await TextAsync(["cat-file", "-t", tree], cancellationToken) is "tree" ? null : "the sandbox named a state that is none")
                ?? await untrusted.RefuseTreeAsync(directory, before, tree, cancellationToken);
            if (refusal is not null)
                throw new FolderException($"What was changed inside does not come out: {refusal}");
        }
        catch (GitException exception)
        {
            throw new FolderException($"What was changed inside does not come out: {exception.Message}", exception);
        }
    }

    /// <summary>Starts a command that is talked with.</summary>
    public Process Start(string[] arguments)
    {
        try
        {
            return _git.Start(New(arguments, null));
        }
        catch (GitException exception)
        {
            throw new FolderException(exception.Message, exception);
        }
    }

    private GitCommand New(string[] arguments, string? index) => new(arguments)
    {
        GitDirectory = directory,
        WorkTree = workTree,
        Config = Config,
        Environment = [("GIT_INDEX_FILE", Path.Combine(directory, index ?? "index"))],
    };

    private IEnumerable<(string Key, string Value)> Ignored() => ignored is null ? [] : [("core.excludesFile", ignored)];
}
