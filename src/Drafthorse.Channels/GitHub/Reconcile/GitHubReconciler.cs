using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Channels.GitHub.Reconcile;

/// <summary>
/// GitHub does not deliver a webhook again by itself: this asks for what failed or found nobody, at start and then every
/// <see cref="Interval"/>. What arrives twice by that is known by its delivery id and changes nothing.
/// </summary>
internal sealed partial class GitHubReconciler
{
    /// <summary>The time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>How far back the first look goes: GitHub keeps deliveries for three days, and what is older than one was asked for in another way since.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromDays(1);

    /// <summary>Repositories that are found by their threads: each costs two requests and more a look, and GitHub allows 5,000 an hour.</summary>
    private const int MostRepositories = 100;

    /// <summary>Pages of 200 threads that are looked through for them.</summary>
    private const int MostPages = 20;

    private readonly GitHubOptions _options;
    private readonly IThreadStore _store;
    private readonly DeliveryLogs _logs;
    private readonly DeliveryPositions _positions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal GitHubReconciler(GitHubOptions options, IThreadStore store, DeliveryLogs logs, string positionsFile, TimeProvider time, ILogger logger)
    {
        (_options, _store, _logs, _time, _logger) = (options, store, logs, time, logger);
        _positions = new DeliveryPositions(positionsFile);
    }

    /// <summary>What the last look found, for readiness and <c>doctor</c>.</summary>
    public string State { get; private set; } = "not looked yet";

    /// <summary>Looks now and then every <see cref="Interval"/>, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                await ReconcileAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is EffectException or GitHubApiException or ThreadStoreException or IOException)
            {
                State = $"missed deliveries could not be asked for: {exception.Message}";
                LogFailed(_logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    /// <summary>Looks once. Returns how many deliveries were asked for again.</summary>
    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        if (_logs.OfApp is { } app)
        {
            var asked = await ReconcileAsync(app, cancellationToken).ConfigureAwait(false);
            State = $"{asked} missed deliveries asked for at the last look";
            return asked;
        }

        var (count, unreadable) = (0, new List<string>());
        foreach (var repo in await FindRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            var logs = await _logs.OfRepositoryAsync(repo, cancellationToken).ConfigureAwait(false);
            if (logs is null)
                unreadable.Add($"{repo.Owner}/{repo.Name}");
            foreach (var log in logs ?? [])
                count += await ReconcileAsync(log, cancellationToken).ConfigureAwait(false);
        }

        State = unreadable.Count == 0
            ? $"{count} missed deliveries asked for at the last look"
            : $"webhooks missed while this server is down stay missed in {string.Join(", ", unreadable.Take(5))}: GITHUB_TOKEN may not read the webhooks there (it needs admin:repo_hook; a GitHub App needs nothing more)";
        return count;
    }

    private async Task<int> ReconcileAsync(DeliveryLog log, CancellationToken cancellationToken)
    {
        var since = _positions.Find(log.Path) ?? _time.GetUtcNow() - FirstLook;
        var deliveries = new List<HookDelivery>();
        await foreach (var delivery in log.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (delivery.DeliveredAt < since)
                break;
            deliveries.Add(delivery);
        }

        var plan = RedeliveryPlan.Make(deliveries);
        var asked = 0;
        foreach (var delivery in plan.Ask)
        {
            try
            {
                await log.AskAgainAsync(delivery.Id, cancellationToken).ConfigureAwait(false);
                asked++;
                LogAsked(_logger, delivery.Guid, delivery.Event, delivery.StatusCode);
            }
            catch (GitHubApiException exception)
            {
                // Too old, or its repository is gone. The next look tries once more, until it leaves the log.
                LogRefused(_logger, delivery.Guid, exception);
            }
        }

        if (plan.GivenUp > 0)
            LogGivenUp(_logger, plan.GivenUp, log.Path, RedeliveryPlan.MaxAttempts);
        if (plan.SettledUntil is { } settled)
            _positions.Set(log.Path, settled);
        return asked;
    }

    /// <summary>The repositories that the settings name, and those that the newest threads are about; what somebody works on in a terminal
    /// is not this server's.</summary>
    private async Task<IReadOnlyList<Repo>> FindRepositoriesAsync(CancellationToken cancellationToken)
    {
        var found = new HashSet<Repo>(_options.AllowedRepositories.Where(name => !name.Contains('*', StringComparison.Ordinal)).Select(name => name.Split('/'))
            .Where(parts => parts.Length == 2).Select(parts => new Repo(parts[0].ToLowerInvariant(), parts[1].ToLowerInvariant())));
        var most = found.Count + MostRepositories;
        string? cursor = null;
        for (var page = 0; page < MostPages; page++)
        {
            var threads = await _store.ListThreadsAsync(new ThreadQuery { Cursor = cursor, Limit = 200 }, cancellationToken).ConfigureAwait(false);
            foreach (var repository in threads.Threads.Where(thread => thread.Origin.Channel != "cli").Select(thread => thread.Origin.Repository).OfType<RepositoryRef>().Where(repository => repository.Host == _options.Host))
            {
                if (found.Count < most)
                    found.Add(Repo.Of(repository));
            }

            cursor = threads.NextCursor;
            if (cursor is null || found.Count == most)
                break;
        }

        return [.. found];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Asked GitHub to deliver {Guid} ({Event}) again; it was answered {StatusCode}")]
    private static partial void LogAsked(ILogger logger, string guid, string @event, int statusCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub does not deliver {Guid} again")]
    private static partial void LogRefused(ILogger logger, string guid, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} deliveries of {Log} failed {MaxAttempts} times and are not asked for any more")]
    private static partial void LogGivenUp(ILogger logger, int count, string log, int maxAttempts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Missed deliveries could not be asked for; the next look tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
