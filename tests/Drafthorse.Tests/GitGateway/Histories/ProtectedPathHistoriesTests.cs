using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Push;

namespace Drafthorse.Tests.GitGateway.Histories;

/// <summary>
/// Made-up histories: whatever the agent merged and how, once a push was accepted no merge, squash or rebase of the branch changes a
/// protected path, however the base branch went on. 200 histories; <c>DRAFTHORSE_LONG=1</c> makes 20,000.
/// </summary>
public sealed class ProtectedPathHistoriesTests
{
    private const int AtOnce = 200;
    private static readonly int Batches = Environment.GetEnvironmentVariable("DRAFTHORSE_LONG") is null ? 1 : 100;

    /// <summary>A push that was accepted, where the base branch went, and the paths in which a person's commit counts instead.</summary>
    private sealed record Accepted(RandomHistory History, string Tip, string Future, IReadOnlySet<string> Persons);

    [Fact]
    public async Task AcceptedPush_HoweverTheBaseGoesOn_LeavesProtectedPathsAsTheBaseHasThem()
    {
        var broken = new List<string>();
        var (accepted, merged, rebased) = (0, 0, 0);
        for (var batch = 0; batch < Batches && broken.Count == 0; batch++)
        {
            using var repository = new HistoryRepository();
            var maker = new HistoryMaker();
            var histories = Enumerable.Range(batch * AtOnce, AtOnce).Select(seed => new RandomHistory(maker, seed)).ToArray();
            await repository.ImportAsync(maker.Stream);
            var pushes = (await JudgeAsync(repository, histories)).ToArray();
            accepted += pushes.Length;
            var futures = await repository.TreesAsync(pushes.Select(push => push.Future));
            var pairs = pushes.Select(push => (push.Future, push.Tip)).ToArray();
            merged += await CompareAsync("merge", await repository.MergeAsync(pairs));
            // A rebase costs more than a merge: into one of the two futures.
            rebased += await CompareAsync("rebase", await repository.RebaseAsync(pairs.Where((_, index) => index % 2 == batch % 2)), 2);

            async Task<int> CompareAsync(string kind, string?[] outcomes, int each = 1)
            {
                var clean = outcomes.Index().Where(outcome => outcome.Item is not null).Select(outcome => (Index: (outcome.Index * each) + (each == 1 ? 0 : batch % each), Tree: outcome.Item!)).ToArray();
                var differences = await repository.DifferencesAsync([.. clean.Select(outcome => (futures[outcome.Index], outcome.Tree))]);
                foreach (var ((index, _), paths) in clean.Zip(differences))
                {
                    var changed = paths.Where(path => RandomHistory.IsProtected(path) && !pushes[index].Persons.Contains(path)).ToArray();
                    if (changed.Length > 0)
                        broken.Add($"history {pushes[index].History.Seed}: {kind} of {pushes[index].Tip[..8]} into {pushes[index].Future[..8]} changes {string.Join(", ", changed)}");
                }

                return clean.Length;
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{accepted} accepted, {merged} merged, {rebased} rebased");
        Assert.True(broken.Count == 0, string.Join('\n', broken.Take(20)));
        Assert.InRange(merged, AtOnce / 4 * Batches, int.MaxValue);
        Assert.InRange(rebased, AtOnce / 8 * Batches, int.MaxValue);
    }

    private static async Task<IEnumerable<Accepted>> JudgeAsync(HistoryRepository repository, RandomHistory[] histories)
    {
        var git = new GitProcess("git", repository.Folder);
        var options = new GitGatewayOptions { StateDirectory = repository.Folder };
        var policy = new ObjectPolicy(git, options, repository.GitDirectory);
        var graph = new CommitGraph(git, options.Unpack, repository.GitDirectory);
        var all = new IEnumerable<Accepted>[histories.Length];
        await Parallel.ForAsync(0, histories.Length, TestContext.Current.CancellationToken, async (index, token) => all[index] = await JudgeOneAsync(histories[index], token));
        return all.SelectMany(accepted => accepted);

        async Task<Accepted[]> JudgeOneAsync(RandomHistory history, CancellationToken token)
        {
            var (start, persons) = (repository.IdOf(history.Start), history.Persons is { } theirs ? repository.IdOf(theirs) : null);
            var (first, second) = (repository.IdOf(history.FirstTip), repository.IdOf(history.SecondTip));
            var refusal = first == start ? null : await policy.RefuseAsync(first, new ObjectPolicy.Ground(null, start, repository.IdOf(history.FirstBase)), token);

            // What was refused is nowhere, so nobody put a commit on top of it.
            if (second == (persons ?? first) || (persons is not null && refusal is not null))
                return [];
            var ground = new ObjectPolicy.Ground(persons ?? (refusal is null && first != start ? first : null), start, repository.IdOf(history.SecondBase), persons);
            if (await policy.RefuseAsync(second, ground, token) is not null)
                return [];
            HashSet<string> kept = [];
            if (persons is not null)
            {
                var own = await graph.MergeBasesAsync(ground.BaseTip!, persons, token);
                kept = [.. (await graph.TouchedAsync([.. own.Select(known => (persons, (string?)known))], token)).SelectMany(paths => paths)];
            }

            return [.. history.Futures.Select(future => new Accepted(history, second, repository.IdOf(future), kept))];
        }
    }
}
