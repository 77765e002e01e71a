using System.Diagnostics;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>What one run of a contender cost.</summary>
internal sealed record ContenderRun
{
    private const int MaxOutput = 2000;
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>From the start of the process to its first model request.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>From each answer of the model to the next request, the shell command included.</summary>
    public required IReadOnlyList<TimeSpan> Turns { get; init; }

    /// <summary>From the start of the process to its end.</summary>
    public required TimeSpan Whole { get; init; }

    /// <summary>The most resident memory that one of its processes had, in bytes.</summary>
    public required long PeakMemory { get; init; }

    public static async Task<ContenderRun> MeasureAsync(Contender contender, ModelServer models, string folder, int toolCalls, Action<ProcessTree>? onLook = null)
    {
        var session = models.Open(toolCalls);
        var place = new ContenderPlace(folder, Directory.CreateDirectory($"{folder}.settings").FullName, session.Url);
        var start = new ProcessStartInfo(contender.Program, contender.Arguments(place))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name is not ("PATH" or "HOME" or "DOTNET_ROOT")).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in contender.Environment(place))
            start.Environment[name] = value;

        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var tree = new ProcessTree(process.Id);
        session.OnRequest = tree.Look;
        var exited = process.WaitForExitAsync();
        while (await Task.WhenAny(exited, Task.Delay(LookEvery)) != exited)
        {
            if (Stopwatch.GetElapsedTime(began) > GiveUp)
            {
                process.Kill(entireProcessTree: true);
                break;
            }

            // The growth after the last answer; before it, memory is looked at while the model is asked.
            if (session.IsDone)
                tree.Look();
            onLook?.Invoke(tree);
        }

        var whole = Stopwatch.GetElapsedTime(began);
        await exited;
        return session.IsDone && process.ExitCode == 0
            ? new ContenderRun
            {
                Start = Stopwatch.GetElapsedTime(began, session.FirstRequest),
                Turns = session.Turns,
                Whole = whole,
                PeakMemory = tree.Peak,
            }
            : throw new InvalidOperationException($"{contender.Name} ended with {process.ExitCode} after {session.Requests} model requests.\n{Tail(await output)}\n{Tail(await errors)}");
    }

    private static string Tail(string text) => text.Length <= MaxOutput ? text : $"...{text[^MaxOutput..]}";
}
