using System.Diagnostics;
using System.Globalization;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>What one process asked its model, and when.</summary>
internal sealed class ModelSession(string url, int toolCalls)
{
    private readonly List<long> _arrived = [];
    private readonly List<long> _answered = [];

    public string Url => url;

    /// <summary>Called with every request, between its arrival and its answer, so that what it does falls into no measured time.</summary>
    public Action? OnRequest { get; set; }

    public bool IsDone => _arrived.Count == toolCalls + 1;

    public int Requests => _arrived.Count;

    public long FirstRequest => _arrived[0];

    /// <summary>The time from each answer to the next request: all that the agent does between two model calls.</summary>
    public IReadOnlyList<TimeSpan> Turns => [.. _answered.Zip(_arrived.Skip(1), Stopwatch.GetElapsedTime)];

    public string Next(long arrived, string request, ModelDialect dialect, ShellTool shell)
    {
        var call = _arrived.Count;
        _arrived.Add(arrived);
        if (call > 0 && !request.Contains(Output(call - 1), StringComparison.Ordinal))
            throw new InvalidOperationException($"Request {call} does not hold the output of the command before it: {request}");
        OnRequest?.Invoke();
        return call < toolCalls
            ? dialect.Call(shell, call, string.Create(CultureInfo.InvariantCulture, $"echo result-$(({call}*7+1000))"))
            : dialect.Text("Done.");
    }

    public void Answered(long at) => _answered.Add(at);

    private static string Output(int call) => string.Create(CultureInfo.InvariantCulture, $"result-{(call * 7) + 1000}");
}
