using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Drafthorse.IntegrationTests.Drafts;

public sealed class LocalGatewayTests
{
    [Fact]
    public async Task Gateway_OfAThreadThatRests_IsClosedAndOpensAgainWhereItWas()
    {
        await using var world = await DraftWorld.CreateAsync(new Dictionary<string, string> { ["README.md"] = "Hello\n" });
        await world.ServeAsync(new JsonArray(
            DraftWorld.Says("", "printf %s \"$GIT_CONFIG_KEY_0\" > ../../first"),
            DraftWorld.Says("Looked."),
            DraftWorld.Says("", "printf %s \"$GIT_CONFIG_KEY_0\" > ../../second; git ls-remote origin HEAD > ../../remote"),
            DraftWorld.Says("Looked again.")));
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));
        var first = await ReadAsync(world, "first");

        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(first));
        await world.CommentAsync(issue, "@drafthorse look again");
        await world.RestsAsync(world.ThreadOf(issue), 2);

        Assert.Equal(first, await ReadAsync(world, "second"));
        Assert.Contains("HEAD", await ReadAsync(world, "remote"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(first));
    }

    private static async Task<string> ReadAsync(DraftWorld world, string name)
    {
        var file = Assert.Single(Directory.GetFiles(world.CheckoutsPath, name, SearchOption.AllDirectories));
        return await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
    }

    /// <summary>The setting's name is <c>url.ADDRESS.insteadOf</c>.</summary>
    private static async Task ConnectAsync(string setting)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(setting["url.".Length..]).Port, TestContext.Current.CancellationToken);
    }
}
