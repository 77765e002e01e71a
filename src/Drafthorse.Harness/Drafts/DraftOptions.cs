using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts;

/// <summary>How drafts are made.</summary>
internal sealed class DraftOptions
{
    /// <summary>Who commits are by, asked each time that a sandbox is made ready.</summary>
    public Func<RepositoryRef, CancellationToken, ValueTask<GitAuthor>> FindAuthor { get; set; } = (_, _) => ValueTask.FromResult(GitAuthor.Default);

    /// <summary>The trailer that credits who asked for the work (<c>Co-authored-by: ...</c>), or null.</summary>
    public Func<ThreadOrigin, string?> CoAuthorTrailer { get; set; } = _ => null;

    /// <summary>How long one command of <c>setup</c> or <c>verify</c> may take (default 30 min; 60 min at most); then it and all that it
    /// started are killed, and it has failed.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>What a model's "done" has to stand up to (default: all of it); null = only red verifies and what keeps work from being
    /// handed in go back. <c>maxFixRounds</c> and <c>verify</c> of the repository count.</summary>
    public DoneGateOptions? DoneGate { get; set; } = new();

    /// <summary>The limits of sandboxes, within which a repository may ask for others.</summary>
    public SandboxLimits Limits { get; set; } = new();

    /// <summary>Where a thread's checkout is in its sandbox (default <c>/src/OWNER/REPO</c>, by the name
    /// that the repository had when the thread began).</summary>
    public Func<ThreadRecord, string> CheckoutPath { get; set; } = thread => $"/src/{thread.Origin.Repository!.CheckoutName}";
}
