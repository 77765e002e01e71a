using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Knowledge;
using Drafthorse.Harness.Memory;
using Drafthorse.Harness.RunTools;
using Drafthorse.Harness.Skills;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Harness.Workspace.Projection;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness;

/// <summary>What an agent has of a team's knowledge: words of the prompt, tools, and code around its runs.</summary>
internal sealed record AgentWorkspace(WorkspacePrompt Prompt, IReadOnlyList<AIFunction> Tools, IReadOnlyList<IAgentMiddleware> Middleware)
{
    public static AgentWorkspace Of(WorkspaceParts parts, IThreadStore store, Func<string, string> redact, TimeProvider time, ILoggerFactory loggers)
    {
        var options = parts.Workspace ?? new WorkspaceOptions();
        IWorkspaceFiles Files(string? path) => path is null ? new MemoryFiles() : new DirectoryFiles(path, time);
        var reader = new WorkspaceReader(Files(options.Path), Files(options.OverlayPath), time);
        var (sections, tools, middleware) = (new List<WorkspaceSection>(), new List<RunTool>(), new List<IAgentMiddleware>());
        if (parts.Workspace is not null)
            sections.Add(InstructionsSection.Of(reader));
        if (parts.Memory is { } memory)
        {
            var ledger = new MemoryLedger(reader.Overlay);
            sections.Add(MemorySection.Of(reader, ledger, memory));
            tools.AddRange([new MemorySaveTool(ledger, new FactSources(store, parts.Instructions), memory, redact, time), new MemorySearchTool(ledger), new MemoryGetTool(ledger)]);
        }

        if (parts.Skills is { } skills)
        {
            var catalog = new SkillCatalog(reader, new RepositorySkills(parts.Instructions));
            sections.Add(SkillSection.Of(catalog, skills));
            tools.AddRange([new LoadSkillTool(catalog, new SkillUsage(reader, time), new SkillScripts(reader)), new SkillSearchTool(catalog)]);
            if (skills.Proposals)
                tools.Add(new SkillProposeTool(new SkillProposals(reader.Overlay), redact));
            middleware.Add(new SkillNotes(catalog));
        }

        if (parts.Workspace is not null)
        {
            sections.Add(new KnowledgeSection(reader).Section);
            tools.Add(new KnowledgeSearchTool(reader));
        }

        IReadOnlyList<string> guarded = [.. new[] { options.Path, options.OverlayPath }.OfType<string>().Select(Path.GetFullPath)];
        middleware.AddRange([new WorkspaceMiddleware(reader, loggers.CreateLogger<WorkspaceMiddleware>()), new AgentFolderMiddleware(reader, guarded), new RunToolMiddleware(tools)]);
        return new AgentWorkspace(new WorkspacePrompt(reader, sections, options.MaxInjectedTokens, redact), tools, middleware);
    }
}

/// <summary>What was asked for of it.</summary>
/// <param name="Workspace">A team's files, or null.</param>
/// <param name="Skills">Skills, or null.</param>
/// <param name="Memory">Memory, or null.</param>
/// <param name="Instructions">Opens the base branch of a run's repository, or null.</param>
internal sealed record WorkspaceParts(WorkspaceOptions? Workspace, SkillOptions? Skills, MemoryOptions? Memory, OpenInstructions? Instructions);
