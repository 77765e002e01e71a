using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Http;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.GitGateway;

public sealed class GatewayRouteTests
{
    private static readonly RepositoryRef Widgets = new("code.example", "acme", "widgets", "https://code.example/acme/widgets.git");

    [Theory]
    [InlineData("GET", "/code.example/acme/widgets.git/info/refs?service=git-upload-pack", GatewayEndpoint.UploadPackRefs)]
    [InlineData("GET", "/code.example/Acme/Widgets/info/refs?service=git-receive-pack", GatewayEndpoint.ReceivePackRefs)]
    [InlineData("POST", "/code.example/acme/widgets.git/git-upload-pack", GatewayEndpoint.UploadPack)]
    [InlineData("POST", "/code.example/acme/widgets/git-receive-pack", GatewayEndpoint.ReceivePack)]
    internal void Find_FourEndpoints_Exist(string method, string target, GatewayEndpoint expected) =>
        Assert.Equal(expected, GatewayRoute.Find(Head(method, target), "/", Widgets));

    [Theory]
    [InlineData("GET", "/code.example/acme/widgets.git/HEAD", 404)]
    [InlineData("GET", "/code.example/acme/widgets.git/info/refs", 404)]
    [InlineData("GET", "/code.example/acme/widgets.git/info/refs?service=git-upload-archive", 404)]
    [InlineData("GET", "/code.example/acme/widgets.git/info/refs?service=git-upload-pack&x=y", 404)]
    [InlineData("GET", "/code.example/acme/widgets.git/objects/info/packs", 404)]
    [InlineData("GET", "/code.example/acme/widgets.git/git-upload-pack", 404)]
    [InlineData("PUT", "/code.example/acme/widgets.git/git-receive-pack", 404)]
    [InlineData("POST", "/code.example/acme/widgets.git/git-receive-pack?x", 404)]
    [InlineData("POST", "/code.example/acme/other.git/git-receive-pack", 403)]
    [InlineData("POST", "/other.example/acme/widgets.git/git-receive-pack", 403)]
    [InlineData("POST", "/code.example/acme/widgets.git/../other.git/git-receive-pack", 403)]
    [InlineData("POST", "/code.example/acme/%77idgets.git/git-receive-pack", 403)]
    [InlineData("POST", "//code.example/acme/widgets.git/git-receive-pack", 403)]
    [InlineData("POST", "/code.example/acme/widgets.git.git/git-receive-pack", 403)]
    [InlineData("POST", "/git-receive-pack", 404)]
    public void Find_AnythingElse_IsRefused(string method, string target, int status) =>
        Assert.Equal(status, Assert.Throws<HttpException>(() => GatewayRoute.Find(Head(method, target), "/", Widgets)).Status);

    [Fact]
    public void Find_WithoutThePrefix_IsNotFound() =>
        Assert.Equal(404, Assert.Throws<HttpException>(() => GatewayRoute.Find(Head("POST", "/code.example/acme/widgets/git-upload-pack"), "/secret/", Widgets)).Status);

    private static HttpRequestHead Head(string method, string target) => HttpRequestHead.Parse($"{method} {target} HTTP/1.1\r\nHost: x");
}
