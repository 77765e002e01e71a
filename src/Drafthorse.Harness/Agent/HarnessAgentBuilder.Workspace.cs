using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

public sealed partial class HarnessAgentBuilder
{
    private WorkspaceOptions? _workspace;
    private SkillOptions? _skills;
    private MemoryOptions? _memory;
    private OpenInstructions? _instructions;
    private bool _saysWorkspace;
    private AgentWorkspace? _assembled;

    /// <summary>A team's files: its AGENTS.md is told to every thread, the rest is read at <c>/agent</c>, and what people change there is told to threads
    /// that run. Throws <see cref="DirectoryNotFoundException"/>.</summary>
    public HarnessAgentBuilder UseWorkspace(string path) => Directory.Exists(path)
        ? UseWorkspace(new WorkspaceOptions { Path = path })
        : throw new DirectoryNotFoundException($"The workspace '{Path.GetFullPath(path)}' does not exist.");

    /// <summary>As <see cref="UseWorkspace(string)"/>; the folder may come later. Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public HarnessAgentBuilder UseWorkspace(WorkspaceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        AddWorkspacePrompt();
        _workspace = options;
        return this;
    }

    /// <summary>Skills of the workspace, where there is one, and of a repository's base branch. Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public HarnessAgentBuilder UseSkills(SkillOptions? options = null)
    {
        _skills = (options ?? new SkillOptions()).Check();
        AddWorkspacePrompt();
        return this;
    }

    /// <summary>Facts that are kept for later threads, in the workspace's overlay (without one: in memory). Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public HarnessAgentBuilder UseMemory(MemoryOptions? options = null)
    {
        _memory = (options ?? new MemoryOptions()).Check();
        AddWorkspacePrompt();
        return this;
    }

    /// <summary>What the workspace says stands where the first of its parts was asked for.</summary>
    private void AddWorkspacePrompt()
    {
        if (!_saysWorkspace)
            _prompt.Add((run, cancellationToken) => _assembled!.Prompt.WriteAsync(run, cancellationToken));
        _saysWorkspace = true;
    }

    private AgentWorkspace? NewWorkspace(IThreadStore store) => _assembled = _saysWorkspace ? AgentWorkspace.Of(new WorkspaceParts(_workspace, _skills, _memory, _instructions), store, _redactor.Redact, _timeProvider, _loggers) : null;
}
