using System.Collections.Concurrent;
using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>
/// Who may tell the agent what to do: people with write access to the repository, and those on the allow-list. GitHub is asked each
/// time, for a short while remembered; the answer counts only for the account with the number that the delivery named, as logins can be
/// given up and taken by others. What GitHub refuses to answer is a no.
/// </summary>
internal sealed partial class TriggerPermission(GitHubApi api, GitHubOptions options, TimeProvider time, ILogger logger)
{
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<(long Repository, long User), (bool May, DateTimeOffset Until)> _known = [];

    public async ValueTask<bool> MayTriggerAsync(RepositoryPart repository, AccountPart? person, CancellationToken cancellationToken)
    {
        if (person is not { Id: > 0, Login: { Length: > 0 } login, Type: "User" })
            return false;
        return NamePattern.MatchesAny(options.AllowedUsers, login) || await MayWriteAsync(repository, person, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether GitHub says that somebody has write access; the allow-list does not count.</summary>
    public async ValueTask<bool> MayWriteAsync(RepositoryPart repository, AccountPart? person, CancellationToken cancellationToken)
    {
        if (person is not { Id: > 0, Login: { Length: > 0 } login, Type: "User" })
            return false;

        var key = (repository.Id, person.Id);
        if (_known.TryGetValue(key, out var known) && known.Until > time.GetUtcNow())
            return known.May;

        var may = await AskAsync(new Repo(repository.Owner!.Login!, repository.Name!), person.Id, login, cancellationToken).ConfigureAwait(false);
        if (_known.Count >= MostRemembered)
            _known.Clear();
        _known[key] = (may, time.GetUtcNow() + options.PermissionLifetime);
        return may;
    }

    /// <summary>What a person is to a thread, as GitHub says at this moment.</summary>
    /// <param name="repo">The thread's repository.</param>
    /// <param name="login">The person.</param>
    /// <param name="id">The account's number where it is known; else GitHub says it.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="cancellationToken">Stops the question.</param>
    public async Task<ApproverRole> FindRoleAsync(Repo repo, string login, long? id, ThreadRecord thread, CancellationToken cancellationToken)
    {
        try
        {
            var found = await api.FindPermissionAsync(repo, login, cancellationToken).ConfigureAwait(false);
            if (found?.User is not { Id: > 0 } account || (id ?? account.Id) != account.Id)
                return ApproverRole.None;
            var maintains = found.Permission == "admin" || found.RoleName is "admin" or "maintain";
            var asked = GitHubRequester.Of(thread.Origin)?.Id == account.Id && (found.Permission is "admin" or "write" || NamePattern.MatchesAny(options.AllowedUsers, login));
            return (asked, maintains) switch
            {
                (true, true) => ApproverRole.RequesterAndMaintainer,
                (true, false) => ApproverRole.Requester,
                (false, true) => ApproverRole.Maintainer,
                _ => ApproverRole.None,
            };
        }
        catch (GitHubApiException exception) when (exception.Status is not System.Net.HttpStatusCode.Unauthorized)
        {
            LogRefused(logger, login, repo.Owner, repo.Name, exception);
            return ApproverRole.None;
        }
    }

    private async Task<bool> AskAsync(Repo repo, long id, string login, CancellationToken cancellationToken)
    {
        try
        {
            var found = await api.FindPermissionAsync(repo, login, cancellationToken).ConfigureAwait(false);
            return found is { Permission: "admin" or "write" } && found.User?.Id == id;
        }
        catch (GitHubApiException exception) when (exception.Status is not System.Net.HttpStatusCode.Unauthorized)
        {
            LogRefused(logger, login, repo.Owner, repo.Name, exception);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub does not say what {Login} may do in {Owner}/{Name}; taken as a no")]
    private static partial void LogRefused(ILogger logger, string login, string owner, string name, Exception exception);
}
