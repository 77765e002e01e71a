using Drafthorse.Harness;
using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Memory;

/// <summary>An agent with a memory on a disk, and threads of people and repositories.</summary>
internal sealed class MemoryWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MemoryWorld(OpenInstructions? open = null) => Harness = new AgentHarness(builder =>
    {
        builder.UseWorkspace(new WorkspaceOptions { Path = _folder.Root, OverlayPath = Overlay }).UseMemory().UseSecrets(new Dictionary<string, string> { ["key"] = "s3cret-value-1" });
        if (open is not null)
            builder.UseRepositoryInstructions(open);
    });

    public AgentHarness Harness { get; }

    public FakeModel Model => Harness.Model;

    public TemporaryFolder Folder => _folder;

    public string Overlay => _folder.In("overlay");

    /// <summary>Runs a thread with a message of a person.</summary>
    public async Task RunAsync(string key, string text, string? repository = "acme/one", string user = "github:ada", string channel = "github", params QuotedMaterial[] material)
    {
        await Harness.Store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = key,
                DeliveryId = Guid.NewGuid().ToString(),
                Origin = new ThreadOrigin { Channel = channel, User = user, Repository = repository is null ? null : new RepositoryRef("host", repository.Split('/')[0], repository.Split('/')[1], $"https://host/{repository}") },
                Message = new InboxMessage { Id = $"github:comment:{Guid.NewGuid():N}", Sender = user, Text = text, Material = material.Length == 0 ? null : material },
            },
            TestContext.Current.CancellationToken);
        await foreach (var _ in Harness.Agent.ResumeAsync(ThreadId.FromKey(key), TestContext.Current.CancellationToken))
        {
        }
    }

    public string All(Index request) => string.Join('\n', Harness.Shown(request.GetOffset(Model.Requests.Count)));

    /// <summary>All that is kept, facts and proposals apart.</summary>
    public string Kept(string root) => !Directory.Exists(Path.Combine(Overlay, root)) ? "" : string.Concat(Directory.GetFiles(Path.Combine(Overlay, root), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText));

    public void Dispose() => _folder.Dispose();
}
