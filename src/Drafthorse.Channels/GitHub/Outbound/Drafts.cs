using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Channels.GitHub.Outbound;

/// <summary>Opens the thread's draft pull request, or updates the text of the one that is there. There is no third thing it can do.</summary>
internal sealed partial class Drafts(GitHubApi api, ILogger logger)
{
    private static readonly Counter<long> PullRequests =
        new Meter(DrafthorseTelemetry.Meter).CreateCounter<long>("drafthorse_pull_requests_total", null, "Draft pull requests, opened and updated.");

    private const int MaxTemplateLength = 20_000;

    public async Task<EffectResult> PutAsync(GitHubEffect effect, DraftEffect draft, CancellationToken cancellationToken)
    {
        var open = await FindAsync(effect, draft, cancellationToken).ConfigureAwait(false);
        var pullRequest = open is null
            ? await OpenAsync(effect, draft, cancellationToken).ConfigureAwait(false)
            : await UpdateAsync(effect, draft, open, cancellationToken).ConfigureAwait(false);
        PullRequests.Add(1, new KeyValuePair<string, object?>("state", open is null ? "opened" : "updated"));
        return new EffectResult(pullRequest.HtmlUrl, new PullRequestRef(pullRequest.Number, pullRequest.HtmlUrl));
    }

    /// <summary>The branch is the thread's own, so an open pull request from it is the draft, whoever opened it.</summary>
    private async Task<PullRequest?> FindAsync(GitHubEffect effect, DraftEffect draft, CancellationToken cancellationToken)
    {
        var open = await api.ListOpenPullRequestsAsync(effect.Repo, draft.Branch, cancellationToken).ConfigureAwait(false);
        return open.Where(pull => pull.Head?.Ref == draft.Branch).OrderBy(pull => pull.Number).FirstOrDefault();
    }

    private async Task<PullRequest> OpenAsync(GitHubEffect effect, DraftEffect draft, CancellationToken cancellationToken)
    {
        var template = await FindTemplateAsync(effect.Repo, draft.BaseBranch, cancellationToken).ConfigureAwait(false);
        var title = SafeMarkdown.Line(draft.Title, 200);
        var request = new NewDraft
        {
            Title = title.Length > 0 ? title : draft.Branch,
            Head = draft.Branch,
            Base = draft.BaseBranch,
            Body = DraftBody.Create(effect.Thread, draft, template),
        };
        await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        PullRequest opened;
        try
        {
            opened = await api.OpenDraftAsync(effect.Repo, request, cancellationToken).ConfigureAwait(false);
        }
        catch (GitHubApiException exception) when (exception.Status is HttpStatusCode.UnprocessableEntity
            && exception.Message.Contains("already exists", StringComparison.OrdinalIgnoreCase))
        {
            // Created by a call whose answer was lost, after we looked.
            return await FindAsync(effect, draft, cancellationToken).ConfigureAwait(false)
                ?? throw new EffectException(exception.Message, true, null, exception);
        }

        await DecorateAsync(effect, draft, opened.Number, cancellationToken).ConfigureAwait(false);
        return opened;
    }

    private async Task<PullRequest> UpdateAsync(GitHubEffect effect, DraftEffect draft, PullRequest open, CancellationToken cancellationToken)
    {
        var body = DraftBody.Update(open.Body ?? "", effect.Thread, draft);
        if (body != open.Body)
        {
            await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
            open = await api.EditPullRequestTextAsync(effect.Repo, open.Number, body, cancellationToken).ConfigureAwait(false);
        }

        if (effect.MayBeDone)
            await DecorateAsync(effect, draft, open.Number, cancellationToken).ConfigureAwait(false);
        return open;
    }

    /// <summary>Labels and reviewers. A name that GitHub does not know must not cost the draft.</summary>
    private async Task DecorateAsync(GitHubEffect effect, DraftEffect draft, int number, CancellationToken cancellationToken)
    {
        try
        {
            if (draft.Labels.Count > 0)
            {
                await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
                await api.AddLabelsAsync(effect.Repo, number, draft.Labels, cancellationToken).ConfigureAwait(false);
            }

            if (draft.Reviewers.Count > 0)
            {
                var teams = draft.Reviewers.Where(name => name.Contains('/', StringComparison.Ordinal)).Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]);
                var people = draft.Reviewers.Where(name => !name.Contains('/', StringComparison.Ordinal)).Select(name => name.TrimStart('@'));
                await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
                await api.RequestReviewersAsync(
                    effect.Repo, number, new RequestedReviewers { Reviewers = [.. people], TeamReviewers = [.. teams] }, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (GitHubApiException exception)
        {
            LogNotDecorated(logger, number, exception);
        }
    }

    /// <summary>The repository's template at the base branch, by the places and any casing that GitHub takes.</summary>
    private async Task<string?> FindTemplateAsync(Repo repo, string branch, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var folder in new[] { ".github", "", "docs" })
            {
                var entries = await api.ListFolderAsync(repo, folder, branch, cancellationToken).ConfigureAwait(false);
                if (entries.FirstOrDefault(IsTemplate) is { } found
                    && await api.FindFileAsync(repo, found.Path, branch, cancellationToken).ConfigureAwait(false) is { Content: { } content })
                {
                    return Decode(content);
                }
            }
        }
        catch (GitHubApiException exception)
        {
            LogNoTemplate(logger, repo.Owner, repo.Name, exception);
        }

        return null;
    }

    private static bool IsTemplate(ContentEntry entry) =>
        entry.Type == "file" && entry.Name.Equals("pull_request_template.md", StringComparison.OrdinalIgnoreCase);

    private static string? Decode(string content)
    {
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(content));
            return text.Length is > 0 and <= MaxTemplateLength ? text : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pull request template of {Owner}/{Name} could not be read")]
    private static partial void LogNoTemplate(ILogger logger, string owner, string name, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Draft {Number} is open, but its labels or reviewers were refused")]
    private static partial void LogNotDecorated(ILogger logger, int number, Exception exception);
}
