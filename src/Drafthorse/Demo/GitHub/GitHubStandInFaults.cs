using System.Collections.Concurrent;

namespace Drafthorse.Demo.GitHub;

/// <summary>How the stand-in is to fail.</summary>
internal enum StandInFault
{
    /// <summary>429 with <c>Retry-After: 1</c>.</summary>
    TooManyRequests,

    /// <summary>403 of the secondary rate limit, with <c>Retry-After: 1</c>.</summary>
    SecondaryRateLimit,

    /// <summary>403 of the used-up primary rate limit, with its reset time.</summary>
    PrimaryRateLimit,

    /// <summary>500 before anything is done.</summary>
    ServerError,

    /// <summary>The connection is cut before anything is done.</summary>
    CutBefore,

    /// <summary>The write is done, then the connection is cut: the caller cannot know.</summary>
    CutAfter,

    /// <summary>No answer at all, until the caller gives up.</summary>
    Silence,
}

/// <summary>The failures that are still to come, each used once.</summary>
internal sealed class GitHubStandInFaults
{
    private readonly ConcurrentQueue<(string Method, string PathPart, StandInFault Fault)> _planned = [];

    /// <summary>Fails the next call of this method whose path contains <paramref name="pathPart"/>.</summary>
    public void Plan(string method, string pathPart, StandInFault fault, int times = 1)
    {
        for (var i = 0; i < times; i++)
            _planned.Enqueue((method, pathPart, fault));
    }

    /// <summary>The failure planned for this call, if it is the next one.</summary>
    public StandInFault? Take(string method, string path)
    {
        lock (_planned)
        {
            return _planned.TryPeek(out var next) && next.Method == method && path.Contains(next.PathPart, StringComparison.Ordinal) && _planned.TryDequeue(out next)
                ? next.Fault
                : null;
        }
    }
}
