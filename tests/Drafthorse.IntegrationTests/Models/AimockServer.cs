using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Drafthorse.IntegrationTests.Models;

/// <summary>A stand-in for model providers, by others: it speaks the wire formats of OpenAI and Anthropic, and fails when told to.</summary>
public sealed partial class AimockServer : IAsyncLifetime
{
    private readonly string _fixtures = Path.GetTempFileName() + ".json";
    private Process? _process;

    /// <summary>Its address, or null when it could not be started; <see cref="Why"/> then says why.</summary>
    public string? Url { get; private set; }

    public string Why { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var lines = await RunAsync(Path.Combine(RepositoryRoot(), "tests", "tools", "aimock.sh"));
        if (lines.Length != 2)
        {
            Why = "aimock could not be installed (it needs npm)";
            return;
        }

        await File.WriteAllTextAsync(_fixtures, AimockFixtures.Json);
        _process = Start(lines[0], lines[1], "-p", "0", "-f", _fixtures);
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                Url = match.Value;
                _ = _process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        Why = "aimock ended at once: " + await _process.StandardError.ReadToEndAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }

        _process?.Dispose();
        File.Delete(_fixtures);
        return ValueTask.CompletedTask;
    }

    private static async Task<string[]> RunAsync(string program)
    {
        using var process = Start(program);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = false })!;

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Drafthorse.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("not inside the repository");
        }

        return directory.FullName;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}
