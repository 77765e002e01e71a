using Drafthorse.Harness;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Brief;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Instructions;

/// <summary>An agent that works on a repository of a test, at <c>/src/o/r</c>, with tools that do nothing.</summary>
internal sealed class InstructedAgent : IDisposable
{
    public const string Root = "/src/o/r";

    private static readonly string[] Tools = ["read_file", "write_file", "edit_file", "apply_patch", "delete_file", "list_files", "glob_files", "grep_files", "execute"];

    private readonly ProjectWorld _world;
    private readonly string _commit;
    private readonly CompactionOptions _compaction;

    private InstructedAgent(ProjectWorld world, string commit, CompactionOptions compaction)
    {
        (_world, _commit, _compaction) = (world, commit, compaction);
        Harness = New(null);
    }

    public AgentHarness Harness { get; }

    public FakeModel Model => Harness.Model;

    public int Opened { get; private set; }

    public static Task<InstructedAgent> CreateAsync(params (string Path, string Content)[] files) => CreateAsync(null, [.. files.Select(file => (file.Path, ProjectWorld.File, file.Content))]);

    public static async Task<InstructedAgent> CreateAsync(CompactionOptions? compaction, params (string Path, string Mode, string Content)[] files)
    {
        var world = new ProjectWorld();
        return new InstructedAgent(world, await world.CommitAsync(files), compaction ?? new CompactionOptions());
    }

    /// <summary>Another process on the same threads.</summary>
    public AgentHarness New(IThreadStore? store) => new(builder =>
    {
        builder.UseCompaction(_compaction).UseTools(Tools.Select(name => new Nothing(name))).UseSecrets(new Dictionary<string, string> { ["key"] = "s3cret-value-1" }).UseRepositoryInstructions(Open).Use(new AtRoot());
        if (store is not null)
            builder.UseStateStore(store);
    });

    /// <summary>The files of a commit as the base branch of every run.</summary>
    public static OpenInstructions SourceOf(ProjectWorld world, string commit) => (_, _) => Task.FromResult<InstructionSource?>(
        new InstructionSource { Tree = new GitTree(new GitProcess("git", Path.GetDirectoryName(world.Mirror)!), world.Mirror, commit), Root = Root, AsOf = "its base branch" });

    public string System(Index request) => Model.Requests[request][0].Text;

    public string All(Index request) => string.Join("\n", Harness.Shown(request.GetOffset(Model.Requests.Count)));

    public async Task<IReadOnlyList<string>> ToldAsync() =>
        [.. (await Harness.JournalAsync()).Select(record => record.Event).OfType<InstructionsGiven>().SelectMany(given => given.Files).Select(file => file.Path)];

    public void Dispose() => _world.Dispose();

    private Task<InstructionSource?> Open(RunContext run, CancellationToken cancellationToken)
    {
        Opened++;
        return SourceOf(_world, _commit)(run, cancellationToken);
    }

    private sealed class AtRoot : IAgentMiddleware
    {
        public Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
        {
            run.WorkingDirectory = Root;
            return next(cancellationToken);
        }
    }

    private sealed class Nothing(string name) : AIFunction
    {
        public override string Name => name;

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?> { [ToolEffects.Property] = ToolEffect.Read };

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) => ValueTask.FromResult<object?>("done nothing");
    }
}
