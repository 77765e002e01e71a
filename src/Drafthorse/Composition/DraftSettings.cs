using Drafthorse.Channels.GitHub;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>How drafts are made, by the settings.</summary>
internal static class DraftSettings
{
    public static DraftOptions Of(DrafthorseSettings settings, PlatformOptions options, SandboxSelection selection, GitHubChannel? github)
    {
        var drafts = new DraftOptions
        {
            CommandTimeout = options.CommandTimeout,
            DoneGate = options.DoneGate,
            Limits = options.HasHeadRoom ? settings.SandboxLimits : settings.SandboxLimits.WithoutHeadRoom(),
            CoAuthorTrailer = origin => origin.Repository is { } repository ? GitHubRequester.Of(origin)?.CoAuthorTrailer(repository.Host) : null,
        };
        if (settings.CommitAuthor is { } author)
            drafts.FindAuthor = (_, _) => ValueTask.FromResult(author);
        else if (github is not null)
            drafts.FindAuthor = github.FindCommitAuthorAsync;
        if (!selection.Backend.IsIsolated)
            drafts.CheckoutPath = thread => Path.Combine(settings.StatePath, "checkouts", thread.Id.ToString(), thread.Origin.Repository!.CheckoutName.Split('/')[^1]);
        return drafts;
    }
}
