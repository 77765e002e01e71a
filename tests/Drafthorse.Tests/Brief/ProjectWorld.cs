using System.Diagnostics;
using System.Text;
using Drafthorse.Harness.Brief;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Brief;

/// <summary>A bare repository whose commits a test makes without a work tree: with any path, mode and size.</summary>
internal sealed class ProjectWorld : IDisposable
{
    public const string File = "100644";
    public const string Link = "120000";
    public const string Submodule = "160000";

    /// <summary>A content of 100 MiB.</summary>
    public const string Huge = "huge";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("drafthorse-brief-");

    public string Mirror => Path.Combine(_root.FullName, "mirror.git");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The description of files with these contents.</summary>
    public static async Task<string> DescribeAsync(params (string Path, string Content)[] files)
    {
        using var world = new ProjectWorld();
        return await world.DescribeAsync(await world.CommitAsync(files.Select(file => (file.Path, File, file.Content))));
    }

    public async Task<string> DescribeAsync(string commit, Func<string, string>? redact = null) => (await EventAsync(commit, redact: redact)).Data;

    public Task<EnvironmentDescribed> EventAsync(string commit, int maxTokens = 1200, Func<string, string>? redact = null, params IReadOnlyList<string> about) =>
        new ProjectBrief(maxTokens, redact ?? (text => text)).DescribeAsync(Place(commit, about), Ct);

    public ProjectPlace Place(string? commit, IReadOnlyList<string>? about = null) => new()
    {
        OpenAsync = _ => Task.FromResult(new ProjectFiles(commit is null ? null : new GitTree(new GitProcess("git", _root.FullName), Mirror, commit), about ?? [])),
    };

    public static int Tokens(EnvironmentDescribed described) => new TokenEstimator().Estimate(Conversation.ToChat(MessageRendering.Render(described)));

    public Task<string> CommitAsync(params (string Path, string Mode, string Content)[] files) => CommitAsync(files.AsEnumerable());

    /// <summary>Makes a commit. The content of a submodule is not used. Lone surrogates U+DC80 to U+DCFF are bytes of a name.</summary>
    public async Task<string> CommitAsync(IEnumerable<(string Path, string Mode, string Content)> files)
    {
        await RunAsync(_ => Task.CompletedTask, "init", "-q", "--bare", Mirror);
        await RunAsync(
            async input =>
            {
                await WriteAsync(input, "commit refs/heads/main\ncommitter u <u@localhost> 0 +0000\ndata 0\n");
                foreach (var (path, mode, content) in files)
                {
                    var name = Quote(path);
                    if (mode == Submodule)
                    {
                        await WriteAsync(input, $"M {mode} {new string('a', 40)} {name}\n");
                        continue;
                    }

                    var bytes = content == Huge ? new byte[1 << 20] : Encoding.UTF8.GetBytes(content);
                    var times = content == Huge ? 100 : 1;
                    await WriteAsync(input, $"M {mode} inline {name}\ndata {bytes.Length * times}\n");
                    for (var time = 0; time < times; time++)
                        await input.WriteAsync(bytes, Ct);
                    await WriteAsync(input, "\n");
                }
            },
            "--git-dir", Mirror, "-c", "core.bigFileThreshold=1m", "-c", "core.compression=1", "fast-import", "--quiet");
        return await RunAsync(_ => Task.CompletedTask, "--git-dir", Mirror, "rev-parse", "main");
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static ValueTask WriteAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), Ct);

    private static string Quote(string path) =>
        $"\"{string.Concat(Drafthorse.Sandbox.Files.FileName.Encode(path).Select(one => one is > 0x20 and < 0x7F and not ((byte)'"' or (byte)'\\') ? $"{(char)one}" : $"\\{Convert.ToString(one, 8).PadLeft(3, '0')}"))}\"";

    private static async Task<string> RunAsync(Func<Stream, Task> write, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["GIT_CONFIG_NOSYSTEM"], start.Environment["GIT_CONFIG_GLOBAL"]) = ("1", "/dev/null");
        using var git = Process.Start(start)!;
        var error = git.StandardError.ReadToEndAsync(Ct);
        var output = git.StandardOutput.ReadToEndAsync(Ct);
        await write(git.StandardInput.BaseStream);
        git.StandardInput.Close();
        await git.WaitForExitAsync(Ct);
        Assert.True(git.ExitCode == 0, await error);
        return (await output).Trim();
    }
}
