namespace Drafthorse.IntegrationTests.Server;

/// <summary>What is wrong with a request is said with its place, and as problem details, whatever the client accepts.</summary>
public sealed class ApiProblemTests : IAsyncLifetime
{
    private ServerWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await ServerWorld.StartAsync(
        "http://127.0.0.1:0", ("GITHUB_TOKEN", "ghp_x"), ("GITHUB_WEBHOOK_SECRET", "a secret of the tests"), ("GITHUB_API_URL", "http://127.0.0.1:9/api/v3"), ("GITHUB_SERVER_URL", "http://127.0.0.1:9"));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("""{"task":"x","tsak":1}""", "$.tsak is unknown; the members are task, repo, key, model, maxCostUsd, plan.")]
    [InlineData("""{"task":5}""", "Line 1, byte 10: $.task must be valid text.")]
    [InlineData("{\"task\":\"x\",\n \"maxCostUsd\": \"two\"}", "Line 2, byte 21: $.maxCostUsd must be a number.")]
    [InlineData("""{"task":"x","plan":"yes"}""", "$.plan must be true or false.")]
    [InlineData("{\"task\":\"x\",\n}", "Line 2, byte 1: ")]
    [InlineData("""{"task":""", "Line 1, byte 9: ")]
    [InlineData("""{"task":"a","task":"b"}""", "task")]
    [InlineData("[1]", "$ is an array; it must be an object.")]
    [InlineData("null", "$ is null; it must be an object.")]
    [InlineData("", "Line 1, byte 1: ")]
    public async Task Create_BadBody_IsToldWithItsPlace(string body, string says)
    {
        var (status, detail) = await ServerWorld.ProblemAsync(_world.Http, HttpMethod.Post, "/api/threads", body);

        Assert.Equal(400, status);
        Assert.Contains(says, detail, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Drafthorse.", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_UnknownMember_IsRefused()
    {
        var (status, detail) = await ServerWorld.ProblemAsync(_world.Http, HttpMethod.Post, $"/api/threads/{Guid.NewGuid()}/messages", """{"text":"x","moed":"steer"}""");

        Assert.Equal((400, "$.moed is unknown; the members are text, mode."), (status, detail));
    }

    [Fact]
    public async Task Errors_OfEveryKind_AreProblems()
    {
        (HttpMethod Method, string Path, string? Body, string Type, int Status)[] wrong =
        [
            (HttpMethod.Get, "/nowhere", null, "", 404),
            (HttpMethod.Get, "/api/nowhere", null, "", 404),
            (HttpMethod.Delete, "/api/threads", null, "", 405),
            (HttpMethod.Get, "/webhooks/github", null, "", 405),
            (HttpMethod.Post, "/healthz/live", "{}", "application/json", 405),
            (HttpMethod.Post, "/api/threads", "task=x", "application/x-www-form-urlencoded", 415),
            (HttpMethod.Post, "/api/threads", $$"""{"task":"{{new string('x', 3_000_000)}}"}""", "application/json", 413),
            (HttpMethod.Post, "/webhooks/github", "{}", "application/json", 401),
        ];

        foreach (var (method, path, body, type, status) in wrong)
            Assert.Equal((path, status), (path, (await ServerWorld.ProblemAsync(_world.Http, method, path, body, type)).Status));
        Assert.Equal(405, (await ServerWorld.ProblemAsync(_world.Anonymous, HttpMethod.Get, "/webhooks/github")).Status);
        Assert.Equal(401, (await ServerWorld.ProblemAsync(_world.Anonymous, HttpMethod.Delete, "/api/threads")).Status);
        Assert.Equal(401, (await ServerWorld.ProblemAsync(_world.Anonymous, HttpMethod.Post, "/api/threads", "{")).Status);
    }

    [Fact]
    public async Task Create_KeyOfAnotherRepository_Is409()
    {
        const string First = """{"task":"x","key":"k","repo":"http://127.0.0.1:9/o/one"}""";
        using var created = await _world.Http.PostAsync("/api/threads", new StringContent(First, null, "application/json"), TestContext.Current.CancellationToken);

        var (status, detail) = await ServerWorld.ProblemAsync(_world.Http, HttpMethod.Post, "/api/threads", """{"task":"x","key":"k","repo":"http://127.0.0.1:9/o/two"}""");
        using var again = await _world.Http.PostAsync("/api/threads", new StringContent(First, null, "application/json"), TestContext.Current.CancellationToken);
        using var without = await _world.Http.PostAsync("/api/threads", new StringContent("""{"task":"more","key":"k"}""", null, "application/json"), TestContext.Current.CancellationToken);

        Assert.Equal((201, 409, 201, 201), ((int)created.StatusCode, status, (int)again.StatusCode, (int)without.StatusCode));
        Assert.Contains("o/one", detail, StringComparison.Ordinal);
        Assert.Equal(created.Headers.Location, without.Headers.Location);
    }
}
