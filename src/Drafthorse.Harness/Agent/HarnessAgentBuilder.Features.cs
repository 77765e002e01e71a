using Drafthorse.Harness.Brief;
using Drafthorse.Harness.Brief.Probes;
using Drafthorse.Harness.DoneGates;
using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Permissions;
using Drafthorse.Harness.Sandboxes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness;

public sealed partial class HarnessAgentBuilder
{
    private CompactionOptions _compaction = new();
    private ToolResultEvictionOptions _eviction = new();
    private TodoOptions _todos = new();
    private ApprovalOptions _approvals = new();
    private PlanModeOptions _planMode = new();
    private EnvironmentBriefOptions _brief = new();
    private FindProject? _project;
    private IReadOnlyList<AIFunction> _coreTools = CoreTools.All;
    private HeadRoomOptions _headRoom = new();
    private readonly List<PermissionRules> _permissions = [];
    private bool _canAsk = true;

    /// <summary>When and how older context is summarized.</summary>
    public HarnessAgentBuilder UseCompaction(CompactionOptions options)
    {
        _compaction = options;
        return this;
    }

    /// <summary>Which tool results are moved to files.</summary>
    public HarnessAgentBuilder UseToolResultEviction(ToolResultEvictionOptions? options = null)
    {
        _eviction = options ?? new();
        return this;
    }

    /// <summary>The core tools that the agent has, in place of all of them: <see cref="CoreTools.ReadOnly"/> makes an agent that only looks.</summary>
    public HarnessAgentBuilder UseCoreTools(params IEnumerable<AIFunction> tools)
    {
        _coreTools = [.. tools];
        return this;
    }

    /// <summary>How the agent works, in place of what coding agents are told; <see cref="UseInstructions(string)"/> adds to it. That foreign
    /// text is only data is told to every agent.</summary>
    public HarnessAgentBuilder ReplaceInstructions(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _prompt.Work = text;
        return this;
    }

    /// <summary>The to-do list of a thread, which every agent has unless it is left out here. Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public HarnessAgentBuilder UseTodos(TodoOptions options)
    {
        _todos = options.Check();
        return this;
    }

    /// <summary>Plan mode, which every agent has unless it is left out here: nothing is changed before a person approved a plan.</summary>
    public HarnessAgentBuilder UsePlanMode(PlanModeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _planMode = options;
        return this;
    }

    /// <summary>How people are asked to decide. Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public HarnessAgentBuilder UseApprovals(ApprovalOptions options)
    {
        _approvals = options.Check();
        return this;
    }

    /// <summary>Judges a reply without tool calls by what code sees (verify commands, to-dos, background commands) before it ends a run that
    /// changed files, and tells the model once what is open. Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public HarnessAgentBuilder UseDoneGate(DoneGateOptions? options = null) => Use(new DoneGateMiddleware((options ?? new DoneGateOptions()).Check()));

    /// <summary>What models are told of the project and its sandbox before they begin, which every agent has unless it is left out here.
    /// Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public HarnessAgentBuilder UseEnvironmentBrief(EnvironmentBriefOptions options)
    {
        _brief = options.Check();
        return this;
    }

    /// <summary>Which tool calls are made, asked about or refused. Called again, the strictest of all counts. Throws <see cref="FormatException"/>.</summary>
    public HarnessAgentBuilder UsePermissions(PermissionOptions options)
    {
        _canAsk &= options.CanAsk;
        return UsePermissions(options.Read());
    }

    /// <summary>Rules of one more place.</summary>
    internal HarnessAgentBuilder UsePermissions(PermissionRules rules)
    {
        _permissions.Add(rules);
        return this;
    }

    /// <summary>What models are told of commands for which the sandbox was too small; every agent tells it unless it is left out here.</summary>
    public HarnessAgentBuilder UseHeadRoom(HeadRoomOptions options)
    {
        _headRoom = options;
        return this;
    }

    /// <summary>How the project of a run is found, to be described; otherwise it is the folder that local tools work in, where that is a repository.</summary>
    internal HarnessAgentBuilder UseProject(FindProject find)
    {
        _project = find;
        return this;
    }

    /// <summary>Tells models what their repository's files for agents say.</summary>
    internal HarnessAgentBuilder UseRepositoryInstructions(OpenInstructions open)
    {
        var instructions = new RepositoryInstructions(open, text => _redactor.Redact(text), () => _loggers.CreateLogger<RepositoryInstructions>());
        _prompt.Add(instructions.ReadTopAsync);
        _instructions = open;
        return Use(instructions);
    }

    private BriefMiddleware? NewBrief()
    {
        var find = _project ?? (_sandbox is null && (_filesystem ?? new LocalFilesystemSpec()) is LocalFilesystemSpec { WorkingDirectory: var folder } ? LocalProject.In(folder, _timeProvider) : null);
        return _brief.Enabled && find is not null ? new BriefMiddleware(_brief, find, SandboxProbe.AskAsync, _redactor, _timeProvider, _loggers.CreateLogger<BriefMiddleware>()) : null;
    }
}
