using System.Collections.Concurrent;
using Drafthorse.Harness.GitGateway;
using Microsoft.Extensions.Logging;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>The git gateway's audit: its log.</summary>
internal sealed class GitLog : ILogger<GitGatewayServer>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            _lines.Enqueue(formatter(state, exception));
    }
}
