using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Workspace;

/// <summary>A part of what a request begins with.</summary>
/// <param name="Share">The most of what is left that it may take, from 0 to 1.</param>
/// <param name="WriteAsync">Writes it in at most so many tokens; empty for nothing.</param>
internal sealed record WorkspaceSection(double Share, Func<RunContext, WorkspaceListing, int, CancellationToken, ValueTask<string>> WriteAsync);

/// <summary>Writes what a thread is told of the workspace when its prompt is composed, within one budget, and notes which revision it was.</summary>
/// <param name="reader">The files.</param>
/// <param name="sections">The parts, in order.</param>
/// <param name="most">The budget, in tokens.</param>
/// <param name="redact">Takes known secrets out.</param>
internal sealed class WorkspacePrompt(WorkspaceReader reader, IReadOnlyList<WorkspaceSection> sections, int most, Func<string, string> redact)
{
    /// <summary>Characters that are taken for a token where room is given: rather too few.</summary>
    public const int CharactersPerToken = 3;

    public async ValueTask<string> WriteAsync(RunContext run, CancellationToken cancellationToken)
    {
        try
        {
            var listing = await reader.ListAsync(cancellationToken).ConfigureAwait(false);
            run.Set(new WorkspaceInUse(MarkOf(listing)));
            var (parts, left) = (new List<string>(), most);
            foreach (var section in sections)
            {
                var room = (int)(left * section.Share);
                var text = redact(await section.WriteAsync(run, listing, room, cancellationToken).ConfigureAwait(false));
                if (text.Length == 0)
                    continue;
                parts.Add(text);
                left = Math.Max(0, left - new TokenEstimator().EstimateBytes(System.Text.Encoding.UTF8.GetByteCount(text)));
            }

            return string.Join("\n\n", parts);
        }
        catch (WorkspaceException exception)
        {
            return $"# The workspace\n{exception.Message}";
        }
    }

    public static WorkspaceMark MarkOf(WorkspaceListing listing) => new() { Revision = listing.Revision, Instructions = listing.Find(WorkspaceNames.Instructions)?.Hash ?? "" };
}

/// <summary>The revision that a run's prompt was composed of.</summary>
internal sealed record WorkspaceInUse(WorkspaceMark Mark);
