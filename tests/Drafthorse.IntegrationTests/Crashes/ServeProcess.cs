using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>The built executable as <c>drafthorse serve</c>, to be killed, frozen, thawed and asked to end.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private const string Ready = "Drafthorse listens on ";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = [];
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    private ServeProcess(Process process)
    {
        _process = process;
        _ = ReadAsync(process.StandardOutput);
        _ = ReadAsync(process.StandardError);
    }

    /// <summary>The executable that was built with these tests.</summary>
    public static string Program { get; } = Path.Combine(
        DockerEngineFixture.Checkout, "artifacts", "bin", "Drafthorse", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "drafthorse");

    /// <summary>The executable that is shipped, where it was published after that one was built; else that one.</summary>
    public static string Shipped { get; } = FindShipped();

    /// <summary>Of the resident memory what is the process's own. How much of the executable's file is mapped beside it is the kernel's
    /// choice (whole folios of it where the page cache has large ones), and not held by the process.</summary>
    public long OwnBytes => Memory("RssAnon:") + Memory("RssShmem:");

    private long Memory(string line) => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(read => read.StartsWith(line, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    public bool HasExited => _process.HasExited;

    /// <summary>Whether <see cref="Kill"/> was called.</summary>
    public bool IsKilled { get; private set; }

    /// <summary>All that it printed so far.</summary>
    public IEnumerable<string> Log => _log;

    /// <summary>Starts it, as it is shipped unless another is named; <see cref="ListensAsync"/> says when it is up.</summary>
    public static ServeProcess Start(IReadOnlyDictionary<string, string> environment, string? program = null)
    {
        var start = new ProcessStartInfo(program ?? Shipped, ["serve", "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ServeProcess(Process.Start(start)!);
    }

    /// <summary>Where it listens, once it does.</summary>
    public Task<Uri> ListensAsync(CancellationToken cancellationToken) => _url.Task.WaitAsync(cancellationToken);

    /// <summary>Waits until it has printed a text.</summary>
    public Task PrintedAsync(string text, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_log.Any(line => line.Contains(text, StringComparison.Ordinal)))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            return seen.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until it answers.</summary>
    public async Task HealthyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(await ListensAsync(cancellationToken), "/healthz/ready"), cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>SIGKILL: this process alone, as when it is out of memory. What it started goes on.</summary>
    public void Kill()
    {
        IsKilled = true;
        _process.Kill();
    }

    /// <summary>SIGSTOP; returns when each of its threads stands still.</summary>
    public void Freeze()
    {
        Signal("-STOP");
        while (Directory.EnumerateFiles($"/proc/{_process.Id}/task", "stat", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(File.ReadAllText).Any(stat => stat[stat.LastIndexOf(')')..] is not [_, _, 'T', ..]))
        {
            Thread.Yield();
        }
    }

    public void Thaw() => Signal("-CONT");

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        Signal("-TERM");
        return await ExitAsync(cancellationToken);
    }

    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static string FindShipped()
    {
        var published = Path.Combine(DockerEngineFixture.Checkout, "artifacts", "publish", RuntimeInformation.RuntimeIdentifier, "drafthorse");
        return File.Exists(published) && File.GetLastWriteTimeUtc(published) > File.GetLastWriteTimeUtc(Path.ChangeExtension(Program, "dll")) ? published : Program;
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
                _url.TrySetResult(new Uri(line[Ready.Length..]));
            lock (_gate)
            {
                _log.Enqueue(line);
                foreach (var (_, seen) in _awaited.Where(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)))
                    seen.TrySetResult();
            }
        }

        _url.TrySetException(new InvalidOperationException($"serve ended before it listened:\n{string.Join('\n', _log)}"));
    }
}
