using System.Globalization;
using Drafthorse.Harness.RunTools;
using Drafthorse.Harness.Workspace;

namespace Drafthorse.Harness.Memory;

/// <summary>Reads the facts of a day, of one of the thread's audiences.</summary>
internal sealed class MemoryGetTool(MemoryLedger ledger) : RunTool(
    "memory_get",
    ToolEffect.Read,
    "Reads facts by the file that memory_search names, such as memory/repository/2026-01-31.md.",
    """
    {"type":"object","required":["path"],"properties":{"path":{"type":"string","description":"memory/repository/DATE.md, memory/person/DATE.md or memory/organization/DATE.md"},"start_line":{"type":"integer"},"end_line":{"type":"integer"}}}
    """)
{
    public override async Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var path = arguments.Text("path", "a file that memory_search named");
        var (start, end) = (arguments.WholeNumber("start_line", 1, int.MaxValue) ?? 1, arguments.WholeNumber("end_line", 1, int.MaxValue) ?? int.MaxValue);
        var parts = path.Split('/');
        if (parts is not ["memory", var kind, var day] || Audience.Of(run.Thread.Origin).FirstOrDefault(audience => audience.Kind == kind) is not { } audience)
            return ToolOutput.Error($"{Name}: there is no {path} for this task. Use memory_search to find one.", ToolErrorClass.InvalidArguments);
        var lines = (await ledger.ReadAsync(WorkspaceNames.Ledger, audience.Folder, cancellationToken).ConfigureAwait(false))
            .Where(line => line.Path.EndsWith($"/{day}", StringComparison.Ordinal) && line.Line >= start && line.Line <= end).OrderBy(line => line.Line).ToList();
        return lines.Count == 0
            ? ToolOutput.Error($"{Name}: there are no facts in {path} at these lines.", ToolErrorClass.InvalidArguments)
            : ToolOutput.Text(string.Join('\n', lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Line}: {MemorySection.Describe(line.Fact)}"))));
    }
}
