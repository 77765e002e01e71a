using System.Net;
using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Channels.GitHub.Inbound;
using Drafthorse.Channels.GitHub.Outbound;
using Drafthorse.Channels.GitHub.Reconcile;
using Drafthorse.Harness;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Channels.GitHub;

/// <summary>
/// GitHub: carries out the effects of threads that began there (status comment, replies, reactions), opens the drafts of every thread
/// whose repository is there, and works off its own intake.
/// </summary>
public sealed class GitHubChannel : IChannel, IDisposable
{
    internal const string ChannelName = "github";

    private static readonly TimeSpan RefusedTokenRetry = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(1);

    private readonly GitHubOptions _options;
    private readonly IThreadStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly GitHubApi _api;
    private readonly Comments _comments;
    private readonly StatusComments _status;
    private readonly Replies _replies;
    private readonly Drafts _drafts;
    private readonly Intake _intake;
    private readonly TriggerPermission _permission;
    private readonly CommitAuthor _author;

    /// <summary>Creates the channel.</summary>
    /// <param name="options">The settings, checked by <see cref="GitHubOptions.Read"/>.</param>
    /// <param name="store">Where accepted messages go.</param>
    /// <param name="http">Calls GitHub; must not follow redirects by itself (the token goes to one server only).</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Makes the log.</param>
    /// <param name="whyNotModel">Says why a model that a person asks for cannot be used, or null when it can; null = nobody can choose.</param>
    /// <param name="approvals">How people are asked to decide; null = as ever.</param>
    public GitHubChannel(
        GitHubOptions options, IThreadStore store, HttpClient http, TimeProvider time, ILoggerFactory loggers, Func<string, string?>? whyNotModel = null,
        ApprovalOptions? approvals = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        var logger = _logger = loggers.CreateLogger<GitHubChannel>();
        (_options, _store, _time) = (options, store, time);
        _api = new GitHubApi(http, options, time);
        _comments = new Comments(_api);
        _status = new StatusComments(_comments, options, time);
        _replies = new Replies(_comments, options.ServerUrl, store);
        _drafts = new Drafts(_api, logger);
        _permission = new TriggerPermission(_api, options, time, logger);
        _author = new CommitAuthor(_api, options);
        _intake = new Intake(
            _api, options, store, _permission, new StrangerLimit(options, time), _comments,
            new ApprovalComments(_api, new ApprovalDesk(store, approvals ?? new ApprovalOptions(), time), _permission),
            whyNotModel ?? (_ => "This server has one model."), WhyQueuedAsync);
    }

    /// <summary>Makes what asks GitHub for deliveries that were missed.</summary>
    /// <param name="positionsFile">Where it keeps how far it has looked.</param>
    internal GitHubReconciler CreateReconciler(string positionsFile) => new(_options, _store, _api.Deliveries, positionsFile, _time, _logger);

    /// <summary>Says what a queued thread waits for, or null; null = nobody knows.</summary>
    public Func<ThreadRecord, CancellationToken, Task<string?>>? WhyQueued { get; init; }

    /// <inheritdoc />
    public string Name => ChannelName;

    /// <inheritdoc />
    public string? CodeHost => _options.Host;

    /// <inheritdoc />
    public async Task<EffectResult> PerformAsync(OutboxEntry entry, Func<CancellationToken, Task<bool>> stillHeld, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Thread.Origin.Repository is not { } repository || repository.Host != _options.Host)
            throw new EffectException($"Thread {entry.Thread.Id} has no repository on {_options.Host}.", false);

        var remaining = entry.LeaseUntil - _time.GetUtcNow() - LeaseMargin;
        using var lease = new CancellationTokenSource(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(lease.Token, cancellationToken);
        var effect = new GitHubEffect(entry, Repo.Of(repository), stillHeld);
        try
        {
            return await PerformAsync(effect, both.Token).ConfigureAwait(false);
        }
        catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.Unauthorized)
        {
            throw new EffectException($"{exception.Message} (is the token or the App's key still valid?)", true, RefusedTokenRetry, exception);
        }
        catch (GitHubApiException exception)
        {
            throw new EffectException(exception.Message, false, null, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EffectException("The effect took longer than its lease.", true, null, exception);
        }
    }

    /// <summary>
    /// The <see cref="GitCredentialSource"/> for repositories on this code host: an App's token is for one repository and its contents,
    /// without workflows, and good for at least five minutes more. Null for other hosts.
    /// </summary>
    internal async ValueTask<GitCredential?> GetGitCredentialAsync(RepositoryRef repository, GitAccess access, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (!_options.IsOnServer(repository.CloneUrl))
            return null;
        try
        {
            return new GitCredential("x-access-token", await _api.Tokens.GetGitTokenAsync(repository, access, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is GitHubApiException or EffectException)
        {
            throw new GitException($"GitHub gives no token for {repository.FullName}: {exception.Message}", exception);
        }
    }

    /// <summary>What a person on GitHub is to a thread at this moment; nobody where the thread has no repository there.</summary>
    internal async Task<ApproverRole> FindRoleAsync(ThreadRecord thread, string login, CancellationToken cancellationToken) =>
        thread.Origin.Repository is { } repository && repository.Host == _options.Host
            ? await _permission.FindRoleAsync(Repo.Of(repository), login, null, thread, cancellationToken).ConfigureAwait(false)
            : ApproverRole.None;

    /// <summary>Who commits to a repository are by, when the settings name nobody.</summary>
    internal ValueTask<GitAuthor> FindCommitAuthorAsync(RepositoryRef repository, CancellationToken cancellationToken) => _author.FindAsync(repository, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _api.Dispose();

    private Task<string?> WhyQueuedAsync(ThreadRecord thread, CancellationToken cancellationToken) =>
        WhyQueued is null ? Task.FromResult<string?>(null) : WhyQueued(thread, cancellationToken);

    private async Task<EffectResult> PerformAsync(GitHubEffect effect, CancellationToken cancellationToken)
    {
        switch (effect.Entry.Kind)
        {
            case Effects.Status:
                return await _status.PutAsync(effect, Effects.ReadStatus(effect.Entry.Payload), cancellationToken).ConfigureAwait(false);
            case Effects.Reply:
                return await _replies.PostAsync(effect, Effects.ReadReply(effect.Entry.Payload), cancellationToken).ConfigureAwait(false);
            case Effects.Draft:
                return await _drafts.PutAsync(effect, Effects.ReadDraft(effect.Entry.Payload), cancellationToken).ConfigureAwait(false);
            case GitHubIntake.Kind:
                return await _intake.PerformAsync(effect, cancellationToken).ConfigureAwait(false);
            case Acknowledgement.Kind:
                var target = Acknowledgement.Read(effect.Entry.Payload);
                await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
                await Acknowledgement.ReactAsync(_api, effect.Repo, target, target.Reaction, cancellationToken).ConfigureAwait(false);
                return new EffectResult(target.Reaction);
            default:
                throw new EffectException($"GitHub has no effect of the kind '{effect.Entry.Kind}'.", false);
        }
    }
}
