using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Drafthorse.Folders.Snapshots;

/// <summary>
/// Git with a repository of our own beside a folder. The folder's own repository, its index, configuration and hooks play no part, and
/// bytes are taken as they are: no filter, no line ending is applied.
/// </summary>
internal sealed class ShadowGit(string gitDirectory, string workTree)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly (string Key, string Value)[] Config =
    [
        ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("core.autocrlf", "false"), ("core.safecrlf", "false"), ("core.protectHFS", "true"),
        ("core.protectNTFS", "true"), ("core.quotePath", "false"), ("core.bigFileThreshold", "16m"), ("core.preloadIndex", "true"), ("advice.addEmbeddedRepo", "false"),
        ("gc.auto", "0"), ("safe.directory", "*"), ("user.name", "drafthorse"), ("user.email", "drafthorse@localhost"),
    ];

    public string Directory => gitDirectory;

    /// <summary>Runs a command that must succeed, and returns what it printed.</summary>
    public async Task<byte[]> RunAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? inputFile = null, string? outputFile = null, string? index = null)
    {
        var (code, output, error) = await TryAsync(arguments, cancellationToken, input, inputFile, outputFile, index);
        return code == 0 ? output : throw new FolderException($"git {arguments[0]} failed on {workTree}: {error.Trim()}");
    }

    public async Task<string> TextAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? index = null) =>
        Encoding.UTF8.GetString(await RunAsync(arguments, cancellationToken, input, index: index)).Trim();

    public async Task<(int Code, byte[] Output, string Error)> TryAsync(
        string[] arguments, CancellationToken cancellationToken, string? input = null, string? inputFile = null, string? outputFile = null, string? index = null)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Patience);
        using var git = Start(arguments, index);
        try
        {
            var error = git.StandardError.ReadToEndAsync(late.Token);
            var feeding = FeedAsync(git.StandardInput.BaseStream, input, inputFile, late.Token);
            using var collected = new MemoryStream();
            await using (var file = outputFile is null ? null : System.IO.File.Create(outputFile))
                await git.StandardOutput.BaseStream.CopyToAsync(file ?? (Stream)collected, late.Token);
            await feeding;
            await git.WaitForExitAsync(late.Token);
            return (git.ExitCode, collected.ToArray(), await error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FolderException($"git {arguments[0]} on {workTree} took longer than {Patience.TotalMinutes:0} minutes and was stopped");
        }
        finally
        {
            if (!git.HasExited)
                git.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts a command that is talked with.</summary>
    public Process Start(string[] arguments, string? index = null)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = workTree, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["GIT_DIR"] = gitDirectory;
        start.Environment["GIT_WORK_TREE"] = workTree;
        start.Environment["GIT_INDEX_FILE"] = Path.Combine(gitDirectory, index ?? "index");
        start.Environment["GIT_CONFIG_NOSYSTEM"] = start.Environment["GIT_ATTR_NOSYSTEM"] = start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_CONFIG_COUNT"] = Config.Length.ToString(CultureInfo.InvariantCulture);
        foreach (var (at, (key, value)) in Config.Index())
        {
            start.Environment[$"GIT_CONFIG_KEY_{at}"] = key;
            start.Environment[$"GIT_CONFIG_VALUE_{at}"] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw OwnGit.NotThere(exception);
        }
    }

    private static async Task FeedAsync(Stream pipe, string? input, string? file, CancellationToken cancellationToken)
    {
        await using (pipe)
        {
            try
            {
                if (file is not null)
                {
                    await using var from = System.IO.File.OpenRead(file);
                    await from.CopyToAsync(pipe, cancellationToken);
                }
                else if (input is not null)
                {
                    await pipe.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
                }
            }
            catch (IOException)
            {
                // It ended before it had read all; its exit code says why.
            }
        }
    }
}
