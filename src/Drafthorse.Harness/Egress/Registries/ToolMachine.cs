using System.ComponentModel;
using System.Diagnostics;
using Drafthorse.Harness.Host;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Egress.Registries;

/// <summary>What finding registries needs of a machine: files, environment, its tools, and a look at a registry.</summary>
internal sealed class ToolMachine
{
    private const int MaxFile = 1 << 20;
    private const int MaxAnswer = 8 << 20;
    private static readonly TimeSpan ToolTime = TimeSpan.FromSeconds(10);

    /// <summary>The user's home directory.</summary>
    public required string Home { get; init; }

    /// <summary>The root of the system's files.</summary>
    public required string Root { get; init; }

    /// <summary>A variable of the environment, null when it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Runs a tool without a project around it; its standard output, null when there is none to be had.</summary>
    public required Func<string, string[], CancellationToken, Task<string?>> RunAsync { get; init; }

    /// <summary>Reads a document of a registry; null when it cannot be had.</summary>
    public required Func<Uri, CancellationToken, Task<string?>> FetchAsync { get; init; }

    public static ToolMachine ThisOne(bool askRegistries) => new()
    {
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Root = "/",
        Variable = Environment.GetEnvironmentVariable,
        RunAsync = RunToolAsync,
        FetchAsync = askRegistries ? FetchFromRegistryAsync : (_, _) => Task.FromResult<string?>(null),
    };

    public string InHome(string path) => Path.Combine(Home, path);

    public string InRoot(string path) => Path.Combine(Root, path);

    /// <summary>The text of a file, empty when there is none or when it is no configuration by its size.</summary>
    public static string Read(string path)
    {
        try
        {
            return RegularFile.ReadText(path, MaxFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public static string[] ReadLines(string path) => Read(path).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The file behind a program's name on <c>PATH</c>, links followed; null when it is not there.</summary>
    public string? FindProgram(string name)
    {
        var path = ProgramFile.Find(name, Variable("PATH") ?? "");
        return path is null ? null : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
    }

    /// <summary>Whether the user's <c>.netrc</c> holds credentials for a host.</summary>
    public bool IsInNetrc(string host)
    {
        var words = Read(Variable("NETRC") ?? InHome(".netrc")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Zip(words.Skip(1)).Any(pair => pair is { First: "machine" } && string.Equals(pair.Second, host, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string?> RunToolAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        if (ProgramFile.Find(program) is not { } file)
            return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ToolTime);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(file, arguments)
            {
                WorkingDirectory = "/",
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.StandardInput.Close();
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(limit.Token);
                await Task.WhenAll(output, process.StandardError.ReadToEndAsync(limit.Token), process.WaitForExitAsync(limit.Token)).ConfigureAwait(false);
                return process.ExitCode == 0 ? await output.ConfigureAwait(false) : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task<string?> FetchFromRegistryAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new HttpClient { Timeout = ToolTime, MaxResponseContentBufferSize = MaxAnswer };
            return await client.GetStringAsync(address, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
