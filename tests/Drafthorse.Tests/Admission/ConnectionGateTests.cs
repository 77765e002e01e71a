using Drafthorse.Admission;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Drafthorse.Tests.Admission;

public sealed class ConnectionGateTests
{
    [Fact]
    public async Task MoreThanTheMost_TheOldestStrangerHasToGo()
    {
        var gate = new ConnectionGate(2);
        var ends = new TaskCompletionSource();
        var serve = gate.Wrap(_ => ends.Task);
        var connections = Enumerable.Range(0, 3).Select(_ => new Connection()).ToList();

        var serving = connections.ConvertAll(connection => serve(connection));

        Assert.Equal([true, false, false], connections.Select(connection => connection.IsAborted));
        Assert.Equal(2, gate.Strangers);
        ends.SetResult();
        await Task.WhenAll(serving);
        Assert.Equal(0, gate.Strangers);
    }

    [Fact]
    public async Task Vouched_IsNoStranger()
    {
        var gate = new ConnectionGate(1);
        var ends = new TaskCompletionSource();
        var serve = gate.Wrap(_ => ends.Task);
        var (known, first, second) = (new Connection(), new Connection(), new Connection());

        var serving = new List<Task> { serve(known) };
        ConnectionGate.Vouch(new DefaultHttpContext(known.Features));
        serving.AddRange([serve(first), serve(second)]);

        Assert.Equal([false, true, false], new[] { known, first, second }.Select(connection => connection.IsAborted));
        ends.SetResult();
        await Task.WhenAll(serving);
    }

    private sealed class Connection : DefaultConnectionContext
    {
        public bool IsAborted { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
