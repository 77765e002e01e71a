using Drafthorse.Harness;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;

namespace Drafthorse.Composition;

/// <summary>A repository's instructions for agents, from its base branch and never from what is being changed.</summary>
internal sealed class RepositoryInstructions(RepositoryMirrors mirrors)
{
    private const int MaxBytes = 32 * 1024;
    private static readonly string[] Names = ["AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md"];

    public async ValueTask<string> ReadAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Get<RepositoryWork>() is not { TrustedCommit: { } commit } work)
            return "";
        foreach (var name in Names)
        {
            try
            {
                if (await mirrors.ReadFileAsync(work.Repository, commit, name, MaxBytes, cancellationToken) is { } text)
                    return $"# The repository's instructions ({name})\n{text}";
            }
            catch (GitException exception)
            {
                return $"# The repository's instructions\n{name} could not be read: {exception.Message}";
            }
        }

        return "";
    }
}
