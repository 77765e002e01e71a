using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>Tells the model where it works.</summary>
internal static class Surroundings
{
    public static string Describe(RunContext run, SandboxSelection sandbox, DraftOptions drafts, DrafthorseSettings settings)
    {
        if (run.Get<RepositoryWork>() is { } work)
        {
            var verify = work.Settings.Verify.Count == 0 ? "" : $"\nCode will run these verify commands on your commit: {string.Join("; ", work.Settings.Verify)}";
            var start = run.Thread.Origin.PullRequest is { } pull ? $"the commits of pull request #{pull.Number}" : work.BaseBranch;
            return $"""
                # Where you work
                The repository {work.Repository.FullName} is checked out at {work.Checkout}, on the branch {work.Branch}, which starts from {start}. Work there.{verify}
                """;
        }

        return sandbox.Backend.IsIsolated
            ? "# Where you work\nYou are in an isolated sandbox without a repository. Work in /src."
            : $"# Where you work\nYou work on the user's own machine, without isolation, in the folder that relative paths begin from. Change nothing outside of it.";
    }
}
