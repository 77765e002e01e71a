using Drafthorse.Harness.DoneGates;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>What came of gathering a run's work.</summary>
/// <param name="Commit">The commit to hand in; null in a repository that has none.</param>
/// <param name="Complaint">What the model is told, when it may be asked, before anything is handed in.</param>
/// <param name="Notes">What people are told.</param>
internal sealed record Gathered(string? Commit, Complaint? Complaint, IReadOnlyList<string> Notes);

/// <summary>
/// Makes one commit of all that a run did. What a tool made and repositories within the repository are held back, and work that the run
/// left elsewhere is brought over where that is no question; of what is one the model is told, once, and decides.
/// </summary>
internal sealed class Gathering(SandboxGit git, WorkTree tree, RepositoryWork work)
{
    private const int MaxNamed = 20;

    private readonly List<Finding> _findings = [];

    /// <summary>Gathers. With <paramref name="mayAsk"/> the model is told what it was not told before; else people are.</summary>
    public async Task<Gathered> RunAsync(string message, bool mayAsk, CancellationToken cancellationToken)
    {
        var unfinished = await LeftBehind.UnfinishedAsync(git, cancellationToken).ConfigureAwait(false);
        if (unfinished.Count > 0 && mayAsk)
            return new Gathered(null, new Complaint("Git is in the middle of something in your checkout (named below). Finish it, or abort it, so that the work tree is as you want to hand it in.", Names(unfinished)), []);

        var (trees, nested) = await TreeListing.UntrackedAsync(git, cancellationToken).ConfigureAwait(false);
        var (commit, gitlinks) = await tree.CommitAllAsync(message, [.. trees.Select(found => found.Path), .. nested], cancellationToken).ConfigureAwait(false);
        Add("large", trees, found => found.Path);
        Add("repository", nested.Concat(gitlinks).Select(path => path.TrimEnd('/') + "/").Distinct(StringComparer.Ordinal), path => path);
        if (commit is not null)
            commit = await GatherElsewhereAsync(commit, cancellationToken).ConfigureAwait(false);
        if (commit is not null)
            Add("committed", await TreeListing.AddedAsync(git, work.BaseCommit, commit, cancellationToken).ConfigureAwait(false), found => found.Path);

        var fresh = (await tree.TellOnceAsync([.. _findings.Select(finding => finding.Key)], cancellationToken).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        var asked = _findings.Where(finding => fresh.Contains(finding.Key)).ToList();
        return mayAsk && asked.Count > 0
            ? new Gathered(commit, Complain(asked), [])
            : new Gathered(commit, null, [.. unfinished.Select(what => $"Git was in the middle of something when the run ended: {what}."), .. Notes()]);
    }

    /// <summary>Goes on to commits elsewhere when they are all there is and follow what is here; else they are a finding.</summary>
    private async Task<string> GatherElsewhereAsync(string commit, CancellationToken cancellationToken)
    {
        var left = await LeftBehind.FindAsync(git, commit, work.BaseCommit, cancellationToken).ConfigureAwait(false);
        if (left is [{ IsMeant: true, IsAhead: true } only]
            && !await tree.DiffersFromBaseAsync(commit, cancellationToken).ConfigureAwait(false)
            && await tree.TryForwardAsync(only.Commit, cancellationToken).ConfigureAwait(false))
        {
            return only.Commit;
        }

        Add("left", left, place => place.Place == "changes" ? place.Name : place.Commit);
        return commit;
    }

    private void Add<T>(string about, IEnumerable<T> found, Func<T, string> key) =>
        _findings.AddRange(found.Select(one => new Finding(about, $"{about} {key(one)}", $"{one}")));

    private static Complaint Complain(IReadOnlyList<Finding> findings)
    {
        var text = new List<string> { "Code gathered your work for the draft, and asks about what is listed below under that name. Nothing was pushed yet." };
        if (findings.Any(finding => finding.About == "large"))
            text.Add("large: new trees and files that look made by a tool are held back. Add them to .gitignore; or, if they belong to the work, commit them yourself with `git add -f`.");
        if (findings.Any(finding => finding.About == "committed"))
            text.Add("committed: your commits add trees that look made by a tool. Take them out (`git rm -r --cached`) and ignore them; or leave them, if they belong to the work.");
        if (findings.Any(finding => finding.About == "repository"))
            text.Add("repository: folders that are git repositories of their own are not committed, as nobody else could fetch them. Remove their `.git` if their files belong to the work, or move them out of the checkout.");
        if (findings.Any(finding => finding.About == "left"))
            text.Add("left: commits or changes that are not on the branch you hand in. Bring over what belongs to the work (merge, cherry-pick, stash pop); what you do not bring over is not handed in.");
        text.Add("You are not asked about the same twice.");
        return new Complaint(string.Join('\n', text), Names([.. findings.Select(finding => $"{finding.About}: {finding.Line}")]));
    }

    private IEnumerable<string> Notes() => _findings.Where(finding => finding.About != "committed").GroupBy(finding => finding.About).Select(group =>
        (group.Key switch
        {
            "large" => "Held back, as a tool made it: ",
            "repository" => "Not committed, as it is a repository of its own: ",
            _ => "Left in the sandbox and not in the draft: ",
        }) + string.Join(", ", group.Take(5).Select(finding => finding.Line)) + (group.Count() > 5 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" and {group.Count() - 5} more.") : "."));

    private static string Names(IReadOnlyList<string> lines) =>
        string.Join('\n', lines.Take(MaxNamed)) + (lines.Count > MaxNamed ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\nand {lines.Count - MaxNamed} more") : "");

    /// <summary>What was found, by what it is known again, and in words.</summary>
    private sealed record Finding(string About, string Key, string Line);
}
