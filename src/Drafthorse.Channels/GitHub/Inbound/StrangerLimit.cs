using System.Diagnostics.Metrics;
using Drafthorse.Harness;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>
/// How often people who may not trigger are answered at all: what exceeds it costs no call to GitHub. In memory, bounded, per replica, and
/// by the hour: who gets write access within an hour of calling too often is heard in the next one.
/// </summary>
internal sealed class StrangerLimit(GitHubOptions options, TimeProvider time)
{
    private const int MostRemembered = 10_000;

    private static readonly Counter<long> Mentions =
        new Meter(DrafthorseTelemetry.Meter).CreateCounter<long>("drafthorse_stranger_mentions_total", null, "Calls by people who may not trigger, answered by a reaction or beyond the limit.");

    private readonly Lock _lock = new();
    private readonly Dictionary<(long Repository, long Person), int> _people = [];
    private readonly Dictionary<long, int> _repositories = [];
    private long _hour;

    /// <summary>Whether this person was refused so often in this repository and hour that nobody is asked about them any more. Counts the call when so.</summary>
    public bool Exceeds(long repository, long person)
    {
        lock (_lock)
        {
            Turn();
            var refused = _people.GetValueOrDefault((repository, person));
            if (refused == 0 || refused < options.StrangerMentionsPerHour)
                return false;
        }

        Mentions.Add(1, new KeyValuePair<string, object?>("result", "limited"));
        return true;
    }

    /// <summary>Notes that a person was found to be a stranger, and says whether to react.</summary>
    public bool Take(long repository, long person)
    {
        bool reacts;
        lock (_lock)
        {
            Turn();
            if (_people.Count >= MostRemembered)
                _people.Clear();
            var ofRepository = _repositories[repository] = _repositories.GetValueOrDefault(repository) + 1;
            var ofPerson = _people[(repository, person)] = _people.GetValueOrDefault((repository, person)) + 1;
            reacts = ofPerson <= options.StrangerMentionsPerHour && ofRepository <= options.StrangerMentionsPerRepositoryAndHour;
        }

        Mentions.Add(1, new KeyValuePair<string, object?>("result", reacts ? "refused" : "limited"));
        return reacts;
    }

    private void Turn()
    {
        var hour = time.GetUtcNow().ToUnixTimeSeconds() / 3600;
        if (hour == _hour)
            return;
        _hour = hour;
        _people.Clear();
        _repositories.Clear();
    }
}
