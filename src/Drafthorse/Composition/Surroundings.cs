using Drafthorse.Harness;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Composition;

/// <summary>Tells the model where it works.</summary>
internal static class Surroundings
{
    /// <summary>How people raise a limit that a command ran into.</summary>
    public static string? HowToRaise(ExecShortageKind kind) => kind switch
    {
        ExecShortageKind.Memory => "`sandbox: memory` in .drafthorse.yml on the base branch, up to the server's Drafthorse__Sandbox__MemoryCeiling",
        ExecShortageKind.Processes => "`sandbox: pids` in .drafthorse.yml on the base branch, up to the server's Drafthorse__Sandbox__PidsCeiling",
        _ => null,
    };

    public static string Describe(RunContext run, SandboxSelection sandbox, bool carriesFolder)
    {
        var place = Place(run, sandbox, carriesFolder);
        return sandbox.Backend.IsIsolated
            ? $"""
                {place}
                The network reaches only allowed hosts. A blocked call will be blocked again.
                There are no credentials in the sandbox. Do not look for any.
                """
            : place;
    }

    private static string Place(RunContext run, SandboxSelection sandbox, bool carriesFolder)
    {
        if (run.Get<RepositoryWork>() is { } work)
        {
            var verify = work.Settings.Verify.Count == 0 ? "" : $"\nCode will run these verify commands on your commit: {string.Join("; ", work.Settings.Verify)}";
            var start = run.Thread.Origin.PullRequest is { } pull ? $"the commits of pull request #{pull.Number}" : work.BaseBranch;
            return $"""
                # Where you work
                The repository {work.Repository.FullName} is checked out at {work.Checkout}, on the branch {work.Branch}, which starts from {start}. Work there.{verify}
                A person will review what you leave as a draft pull request: code commits what is left, pushes the branch and opens the draft. Code lets you
                push only the branch that is checked out; you cannot merge, approve or push elsewhere, so do not try to get round it.
                """;
        }

        if (carriesFolder)
        {
            return $"""
                # Where you work
                You are in an isolated sandbox. {run.WorkingDirectory} is a copy of the user's folder, in which relative paths begin: work there. What you change there is
                copied to the user's folder when your turn ends; commits, git configuration, ignored files and what is elsewhere stay in the sandbox.
                """;
        }

        return sandbox.Backend.IsIsolated
            ? "# Where you work\nYou are in an isolated sandbox without a repository. Work in /src."
            : "# Where you work\nYou work on the user's own machine, without isolation, in the folder that relative paths begin from. Change nothing outside of it.";
    }
}
