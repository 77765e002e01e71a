using System.Collections.Concurrent;
using Drafthorse.Composition;
using Drafthorse.Evaluation.Reports;
using Drafthorse.Evaluation.Repositories;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Runs;
using Drafthorse.Evaluation.Statistics;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Evaluation;

/// <summary>An evaluation from its tasks to its report.</summary>
internal sealed class EvalRun(EvalOptions options, DrafthorseSettings settings, EvalOutput output)
{
    private const string DefaultFolder = "eval-results";
    private const string Journals = "journals";

    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);

    /// <summary>Runs what is not finished yet. Returns the exit code. Throws <see cref="SettingsException"/>, <see cref="ModelException"/> and
    /// <see cref="SandboxException"/> when it cannot begin.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var suite = ReadSuite();
        var variants = await ChooseModelsAsync(suite, cancellationToken);
        var (kind, isIsolated) = await ChooseSandboxAsync(suite, variants, cancellationToken);
        var folder = Path.GetFullPath(options.Output ?? Path.Combine(DefaultFolder, suite.Name));
        using var results = OpenResults(folder);
        using var work = await WorkFolder.OpenAsync(folder, settings, cancellationToken);

        List<Repetition> plan = [.. from number in Enumerable.Range(1, options.Repeat) from task in suite.Tasks from variant in variants select new Repetition(task, variant, number)];
        var open = Open(plan, results);
        if (open.Count == 0)
        {
            output.Say($"All of it is finished: it begins anew, and the results so far are in {results.Archive(DateTimeOffset.UtcNow)}");
            open = plan;
        }

        output.Begin(suite.Name, suite.Tasks.Count, plan.Count, plan.Count - open.Count, kind, folder);
        if (!isIsolated)
            output.Say($"[yellow]No isolation[/]: tools act on this machine itself, and an agent could read the checks.");
        foreach (var (task, why) in suite.Problems)
            Refuse(task, why);
        foreach (var problem in results.Problems)
            output.Warn(ResultsFile.FileName, problem);
        await RunAsync(open, plan.Count, new RepetitionRun(new EvalSetup(settings, kind), new TaskRepository(options.Repositories), Path.Combine(folder, Journals)), work, results, cancellationToken);

        var report = new EvalReport
        {
            Suite = suite.Name,
            Repeat = options.Repeat,
            Sandbox = kind,
            IsIsolated = isIsolated,
            At = DateTimeOffset.UtcNow,
            Variants = VariantScore.Of([.. plan.Where(repetition => !_problems.ContainsKey(repetition.Task.Name))], results.Results),
            Problems = [.. _problems.OrderBy(problem => problem.Key, StringComparer.Ordinal).Select(problem => (problem.Key, problem.Value))],
        };
        if (report.Variants.Count == 0)
            throw new SettingsException("No task could be run; what is wrong with each is said above.");
        await File.WriteAllTextAsync(Path.Combine(folder, ChartSvg.FileName), ChartSvg.Draw(report), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, MarkdownReport.FileName), MarkdownReport.Write(report), cancellationToken);
        output.End(report, folder);
        return ExitCodeOf(report);
    }

    /// <summary>What people rely on: 0 all ran, 1 the least pass rate was missed, 2 a task could not be used, 5 nothing but infrastructure failed.</summary>
    private int ExitCodeOf(EvalReport report) =>
        report.Variants.All(score => score.Passed.Tries == 0) ? ExitCodes.SandboxFailed
        : report.Problems.Count > 0 ? ExitCodes.Usage
        : report.Variants.Any(score => score.Passed.Rate < options.MinPass) ? ExitCodes.TaskFailed
        : ExitCodes.Done;

    private static List<Repetition> Open(List<Repetition> plan, ResultsFile results)
    {
        var known = results.Results;
        return [.. plan.Where(repetition => VariantScore.Find(repetition, known.Where(result => result.Task == repetition.Task.Name)) is not { Outcome: not RepetitionOutcome.Infrastructure })];
    }

    private async Task RunAsync(List<Repetition> open, int all, RepetitionRun run, WorkFolder work, ResultsFile results, CancellationToken cancellationToken)
    {
        var done = all - open.Count;
        await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken }, async (repetition, token) =>
        {
            if (_problems.ContainsKey(repetition.Task.Name))
                return;
            try
            {
                var result = await run.RunAsync(repetition, work.Next(), token);
                output.Finished(result, results.Add(result), Interlocked.Increment(ref done), all);
            }
            catch (TaskException exception)
            {
                Refuse(repetition.Task.Name, exception.Message);
            }
        });
    }

    private void Refuse(string task, string why)
    {
        if (_problems.TryAdd(task, why))
            output.Warn(task, why);
    }

    private TaskSuite ReadSuite()
    {
        try
        {
            return TaskSuite.Read(options.Tasks, Features.Names);
        }
        catch (TaskException exception)
        {
            throw new SettingsException(exception.Message, exception);
        }
    }

    /// <summary>A model that cannot be asked ends the evaluation before it costs anything.</summary>
    private async Task<IReadOnlyList<Variant>> ChooseModelsAsync(TaskSuite suite, CancellationToken cancellationToken)
    {
        var variants = new List<Variant>();
        foreach (var variant in options.Variants)
        {
            if (variant.Model is not null || suite.Tasks.Any(variant.NeedsDefault))
                variants.Add(variant with { Default = (await settings.Models.ChooseAsync(variant.Model, [], cancellationToken))[0] });
            else
                variants.Add(variant);
        }

        return variants;
    }

    /// <summary>An isolated sandbox, unless another one is named: without isolation an agent could look for the checks. A recorded model looks
    /// for nothing, so it may do without where none is ready.</summary>
    private async Task<(string Kind, bool IsIsolated)> ChooseSandboxAsync(TaskSuite suite, IReadOnlyList<Variant> variants, CancellationToken cancellationToken)
    {
        var recorded = suite.Tasks.All(task => variants.All(variant => variant.ModelOf(task).Provider == ModelSpec.Script));
        var selection = await SandboxKinds.SelectAsync(settings, new PlatformOptions { Sandbox = options.Sandbox, MayBeLocal = recorded }, cancellationToken);
        await using var backend = selection.Backend;
        return (backend.Kind, backend.IsIsolated);
    }

    private static ResultsFile OpenResults(string folder)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, Journals));
            return ResultsFile.Open(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The results cannot be kept in {folder}: {exception.Message} Another evaluation may be writing there; name another folder with --output.", exception);
        }
    }
}
