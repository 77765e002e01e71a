namespace Drafthorse.Harness.Workspace;

/// <summary>What lies where in a workspace.</summary>
internal static class WorkspaceNames
{
    public const string Instructions = "AGENTS.md";
    public const string Memory = "MEMORY.md";
    public const string Ledger = "memory";
    public const string Skills = "skills";
    public const string Subagents = "subagents";
    public const string Knowledge = "knowledge";
    public const string KnowledgeIndex = "knowledge/KNOWLEDGE.md";
    public const string Plans = "plans";
    public const string Automations = "automations";
    public const string Tools = "tools.json";
    public const string Hooks = "hooks.json";
    public const string SkillSources = "skills.json";

    /// <summary>Where models find the files.</summary>
    public const string Root = "/agent";

    public static readonly string[] TopFiles = [Instructions, Memory, Tools, Hooks, SkillSources, "README.md", "LICENSE", "LICENSE.md"];

    public static readonly string[] TopFolders = [Ledger, Skills, Subagents, Knowledge, Plans, Automations];
}
