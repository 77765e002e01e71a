using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Tests.Sandboxes;

public sealed class SandboxSelectionTests
{
    private static readonly FakeBackend Docker = new(TimeProvider.System)
    {
        Kind = "docker", Availability = new SandboxAvailability(false, "docker: no engine answers"),
    };

    private static readonly FakeBackend Bubblewrap = new(TimeProvider.System) { Kind = "bubblewrap" };

    private static readonly FakeBackend Local = new(TimeProvider.System) { Kind = "local", IsIsolated = false };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SelectAsync_FirstIsNotReady_TakesTheNextAndSaysWhy()
    {
        var selection = await SandboxSelection.SelectAsync([Docker, Bubblewrap, Local], null, mayBeLocal: true, Token);

        Assert.Same(Bubblewrap, selection.Backend);
        Assert.Equal("docker: no engine answers", selection.Reasons[0]);
    }

    [Fact]
    public async Task SelectAsync_NothingIsolated_RefusesLocalUnlessAllowed()
    {
        var error = await Assert.ThrowsAsync<SandboxException>(() => SandboxSelection.SelectAsync([Docker, Local], null, mayBeLocal: false, Token));
        var allowed = await SandboxSelection.SelectAsync([Docker, Local], null, mayBeLocal: true, Token);

        Assert.Contains("docker: no engine answers", error.Message, StringComparison.Ordinal);
        Assert.Contains("SANDBOX_TYPE=local", error.Message, StringComparison.Ordinal);
        Assert.Same(Local, allowed.Backend);
    }

    [Fact]
    public async Task SelectAsync_KindIsSet_TakesNoOther()
    {
        var error = await Assert.ThrowsAsync<SandboxException>(() => SandboxSelection.SelectAsync([Docker, Bubblewrap], "docker", mayBeLocal: true, Token));
        var local = await SandboxSelection.SelectAsync([Docker, Bubblewrap, Local], "local", mayBeLocal: false, Token);

        Assert.Equal(SandboxProblem.NotReady, error.Problem);
        Assert.Same(Local, local.Backend);
    }

    [Fact]
    public async Task SelectAsync_UnknownKind_NamesTheKinds()
    {
        var error = await Assert.ThrowsAsync<SandboxException>(() => SandboxSelection.SelectAsync([Docker, Local], "dokcer", mayBeLocal: true, Token));

        Assert.Contains("docker, local", error.Message, StringComparison.Ordinal);
    }
}
