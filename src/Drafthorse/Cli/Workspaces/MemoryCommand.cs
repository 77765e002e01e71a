using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Memory;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Workspaces;

/// <summary><c>drafthorse memory</c>: what agents keep for later threads, and what they propose.</summary>
internal static class MemoryCommand
{
    private static readonly Argument<string> Id = new("ID") { Description = "The fact, as list names it." };

    public static Command Create()
    {
        var list = new Command("list", "Names all facts with whom they are for, and proposals, which are told to nobody.");
        list.SetAction((_, cancellationToken) => GuardAsync(ledger => ListAsync(ledger, cancellationToken)));
        var show = new Command("show", "Prints a fact with all that is known of its source.") { Id };
        show.SetAction((parsed, cancellationToken) => GuardAsync(ledger => ShowAsync(ledger, parsed.GetRequiredValue(Id), cancellationToken)));
        var forget = new Command("forget", "Removes a fact or a proposal.") { Id };
        forget.SetAction((parsed, cancellationToken) => GuardAsync(ledger => ForgetAsync(ledger, parsed.GetRequiredValue(Id), cancellationToken)));
        var promote = new Command("promote", "Makes a proposal a fact.") { Id };
        promote.SetAction((parsed, cancellationToken) => GuardAsync(ledger => PromoteAsync(ledger, parsed.GetRequiredValue(Id), cancellationToken)));
        var export = new Command("export", "Prints all facts as lines of JSON.");
        export.SetAction((_, cancellationToken) => GuardAsync(ledger => ExportAsync(ledger, cancellationToken)));
        return new Command("memory", "What agents keep for later threads.") { list, show, forget, promote, export };
    }

    private static Task<int> GuardAsync(Func<MemoryLedger, Task<int>> act) =>
        WorkspaceFailures.GuardAsync(settings => act(new MemoryLedger(new DirectoryFiles(settings.OverlayPath, TimeProvider.System))));

    private static async Task<int> ListAsync(MemoryLedger ledger, CancellationToken cancellationToken)
    {
        foreach (var (name, line, isProposal) in await ReadAsync(ledger, cancellationToken))
            Console.WriteLine(ForeignText.Line($"{(isProposal ? "proposed " : "")}{line.Fact.Id}  {name}  {MemorySection.Describe(line.Fact)[2..]}"));
        return ExitCodes.Done;
    }

    private static async Task<int> ShowAsync(MemoryLedger ledger, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(ledger, id, cancellationToken) is not ({ } name, { } line, var isProposal))
            return await MissingAsync(id);
        var source = line.Fact.Source;
        foreach (var (what, text) in new[] { ("fact", line.Fact.Text), ("for", name), ("from", source.From), ("said by", source.By), ("thread", source.Thread), ("commit", source.Commit), ("confirmed", source.At == default ? "" : $"{source.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC"), ("only proposed", isProposal ? source.Why : "") })
        {
            if (text.Length > 0)
                Console.WriteLine(ForeignText.Line($"{what}: {text}"));
        }

        return ExitCodes.Done;
    }

    private static async Task<int> ForgetAsync(MemoryLedger ledger, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(ledger, id, cancellationToken) is not (_, { } line, _) || !await ledger.RemoveAsync(line, cancellationToken))
            return await MissingAsync(id);
        Console.WriteLine(ForeignText.Line($"Forgotten: {line.Fact.Text}"));
        return ExitCodes.Done;
    }

    private static async Task<int> PromoteAsync(MemoryLedger ledger, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(ledger, id, cancellationToken) is not ({ } name, { } line, true))
            return await MissingAsync(id);
        var folder = line.Path.Split('/')[^2];
        var audience = new Audience(folder.Split('-')[0], name, folder);
        await ledger.AddAsync(WorkspaceNames.Ledger, audience, line.Fact with { Source = line.Fact.Source with { Why = "" } }, cancellationToken);
        await ledger.RemoveAsync(line, cancellationToken);
        Console.WriteLine(ForeignText.Line($"A fact for {name} now: {line.Fact.Text}"));
        return ExitCodes.Done;
    }

    private static async Task<int> ExportAsync(MemoryLedger ledger, CancellationToken cancellationToken)
    {
        foreach (var (name, line, isProposal) in await ReadAsync(ledger, cancellationToken))
            Console.WriteLine(JsonSerializer.Serialize(new ExportedFact(line.Fact.Id, name, line.Fact.Text, isProposal, line.Fact.Source), MemoryExportJson.Default.ExportedFact));
        return ExitCodes.Done;
    }

    private static async Task<List<(string Audience, LedgerLine Line, bool IsProposal)>> ReadAsync(MemoryLedger ledger, CancellationToken cancellationToken)
    {
        var found = new List<(string, LedgerLine, bool)>();
        foreach (var root in new[] { WorkspaceNames.Ledger, MemoryLedger.Proposals })
        {
            foreach (var (folder, name) in await ledger.AudiencesAsync(root, cancellationToken))
                found.AddRange((await ledger.ReadAsync(root, folder, cancellationToken)).Select(line => (name, line, root == MemoryLedger.Proposals)));
        }

        return found;
    }

    private static async Task<(string? Audience, LedgerLine? Line, bool IsProposal)> FindAsync(MemoryLedger ledger, string id, CancellationToken cancellationToken) =>
        (await ReadAsync(ledger, cancellationToken)).Find(found => found.Line.Fact.Id == id);

    private static async Task<int> MissingAsync(string id)
    {
        await Console.Error.WriteLineAsync(ForeignText.Line($"There is no {id}. See: drafthorse memory list"));
        return ExitCodes.TaskFailed;
    }
}

/// <summary>A fact for programs.</summary>
internal sealed record ExportedFact(string Id, string Audience, string Fact, bool Proposed, FactSource Source);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ExportedFact))]
internal sealed partial class MemoryExportJson : JsonSerializerContext;
