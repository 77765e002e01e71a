using System.CommandLine;
using System.Text;
using Drafthorse.Harness.Skills;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Workspaces;

/// <summary><c>drafthorse skills</c>: the skills of the workspace, and what agents propose.</summary>
internal static class SkillsCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The skill." };

    public static Command Create()
    {
        var list = new Command("list", "Names the skills of the workspace, those that cannot be used, and drafts of agents.");
        list.SetAction((_, cancellationToken) => GuardAsync(skills => ListAsync(skills, cancellationToken)));
        var show = new Command("show", "Prints a draft, else the skill.") { Name };
        show.SetAction((parsed, cancellationToken) => GuardAsync(skills => ShowAsync(skills, parsed.GetRequiredValue(Name), cancellationToken)));
        var diff = new Command("diff", "Compares a draft with the skill as it is.") { Name };
        diff.SetAction((parsed, cancellationToken) => GuardAsync(skills => DiffAsync(skills, parsed.GetRequiredValue(Name), cancellationToken)));
        var promote = new Command("promote", "Makes a draft a skill of the workspace, and commits it where the workspace is a git repository.") { Name };
        promote.SetAction((parsed, cancellationToken) => GuardAsync(skills => PromoteAsync(skills, parsed.GetRequiredValue(Name), cancellationToken)));
        var reject = new Command("reject", "Removes a draft.") { Name };
        reject.SetAction((parsed, cancellationToken) => GuardAsync(skills => RejectAsync(skills, parsed.GetRequiredValue(Name), cancellationToken)));
        return new Command("skills", "The skills of the workspace, and what agents propose.") { list, show, diff, promote, reject };
    }

    private static Task<int> GuardAsync(Func<Shelf, Task<int>> act) => WorkspaceFailures.GuardAsync(settings => act(new Shelf(settings)));

    private static async Task<int> ListAsync(Shelf shelf, CancellationToken cancellationToken)
    {
        var set = await new WorkspaceSkills(shelf.Reader).ReadAsync(await shelf.Reader.ListAsync(cancellationToken), cancellationToken);
        var used = await new SkillUsage(shelf.Reader, TimeProvider.System).ReadAsync(cancellationToken);
        foreach (var skill in set.Skills)
        {
            var (loads, isStale) = used(skill.Name);
            Console.WriteLine(ForeignText.Line($"{skill.Name}  loaded {loads} times{(isStale ? ", not in the last 90 days: stale" : "")}  {skill.Description}"));
        }

        foreach (var problem in set.Invalid)
            Console.WriteLine(ForeignText.Line($"cannot be used: {problem}"));
        foreach (var draft in await shelf.Proposals.ListAsync(cancellationToken))
            Console.WriteLine(ForeignText.Line($"draft: {draft}  (drafthorse skills show {draft})"));
        return ExitCodes.Done;
    }

    private static async Task<int> ShowAsync(Shelf shelf, string name, CancellationToken cancellationToken)
    {
        if ((await shelf.Proposals.ReadAsync(name, cancellationToken) ?? await shelf.ReadAsync(name, cancellationToken)) is not { } text)
            return await MissingAsync(name);
        Console.WriteLine(ForeignText.Visible(WorkspaceReader.Decode(text)));
        return ExitCodes.Done;
    }

    private static async Task<int> DiffAsync(Shelf shelf, string name, CancellationToken cancellationToken)
    {
        if (await shelf.Proposals.ReadAsync(name, cancellationToken) is not { } draft)
            return await MissingAsync(name);
        Console.WriteLine(ForeignText.Visible(await shelf.DiffAsync(await shelf.ReadAsync(name, cancellationToken) ?? [], draft, cancellationToken)));
        return ExitCodes.Done;
    }

    private static async Task<int> PromoteAsync(Shelf shelf, string name, CancellationToken cancellationToken)
    {
        if (await shelf.Proposals.ReadAsync(name, cancellationToken) is not { } draft)
            return await MissingAsync(name);
        if (SkillFormat.Read(name, WorkspaceReader.Decode(draft)) is { Skill: null, Problems: [var problem, ..] })
            throw new WorkspaceException($"The draft is no skill any more: line {problem.Line}: {problem.Reason}");
        var where = await shelf.PutAsync(name, draft, cancellationToken);
        await shelf.Proposals.RemoveAsync(name, draft, cancellationToken);
        Console.WriteLine(ForeignText.Line($"{name} is a skill now: {where}"));
        return ExitCodes.Done;
    }

    private static async Task<int> RejectAsync(Shelf shelf, string name, CancellationToken cancellationToken)
    {
        if (await shelf.Proposals.ReadAsync(name, cancellationToken) is not { } draft || !await shelf.Proposals.RemoveAsync(name, draft, cancellationToken))
            return await MissingAsync(name);
        Console.WriteLine(ForeignText.Line($"The draft {name} is removed."));
        return ExitCodes.Done;
    }

    private static async Task<int> MissingAsync(string name)
    {
        await Console.Error.WriteLineAsync(ForeignText.Line($"There is no {Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name))}. See: drafthorse skills list"));
        return ExitCodes.TaskFailed;
    }
}
