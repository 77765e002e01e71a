using System.Text;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Words;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>
/// Judges the messages of commits that no branch upstream has yet: they may not steer CI, close issues or credit anybody, as what is pushed
/// cannot be reworded any more. What the thread pushes through code was reworded before.
/// </summary>
internal sealed class MessagePolicy(GitProcess git, GitGatewayOptions options, string quarantine)
{
    private const int MaxMessageBytes = 4 * 1024 * 1024;

    /// <param name="commit">The pushed tip.</param>
    /// <param name="thread">Names where its work started, which may be the commits of a fork, and the one trailer that may stand in messages.</param>
    /// <param name="mirror">Has the branches upstream.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<PushRefusal?> RefuseAsync(string commit, GitGatewayThread thread, RepositoryMirror mirror, CancellationToken cancellationToken)
    {
        var upstream = await mirror.ReadBranchesAsync(cancellationToken).ConfigureAwait(false);
        var known = upstream.Select(branch => branch.Commit).Concat(thread.BaseCommit is { } start ? [start] : []);
        var revisions = string.Concat(known.Select(id => $"^{id}\n").Prepend($"{commit}\n"));
        var log = new GitCommand("log", "--stdin", "-z", "--encoding=UTF-8", "--no-show-signature", "--format=%H %B")
        {
            GitDirectory = quarantine,
            InputPrefix = Encoding.ASCII.GetBytes(revisions),
            MaxOutputBytes = MaxMessageBytes,
        };
        var result = await git.RunAsync(options.Unpack.Apply(log, quarantine), cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new GitException($"The new commits could not be read: {Printable.Lines(result.Error, 300)}");
        foreach (var record in result.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (record.Length > 41 && CommitWords.FindActive(record[41..], thread.CommitTrailer) is { } word)
            {
                return new PushRefusal(
                    $"the message of commit {record[..12]} has words that CI or the code host acts on ({Printable.Line(word, 40)}...). Reword it without instructions to CI, "
                    + "closed issues and credits; or do not push: code rewords and pushes your commits when you are done.");
            }
        }

        return null;
    }
}
