using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Server;

/// <summary><c>/api/approvals</c>: a shared token reads, a person's own token answers, once.</summary>
public sealed class ApprovalsApiTests : IAsyncLifetime
{
    private const string AdasToken = "adas-own-token-of-the-tests";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-approvals-");
    private ServerWorld _world = null!;
    private HttpClient _ada = null!;

    public async ValueTask InitializeAsync()
    {
        var script = Path.Combine(_folder.FullName, "model.jsonl");
        await File.WriteAllLinesAsync(script, ["""{"calls":[{"name":"plan_write","arguments":{"content":"1. x"}},{"name":"plan_exit","arguments":{}}]}""", """{"text":"done","repeat":true}"""], TestContext.Current.CancellationToken);
        _world = await ServerWorld.StartAsync("http://127.0.0.1:0", ("DRAFTHORSE_PEOPLE_TOKENS", $"ada={AdasToken}"), ("DRAFTHORSE_MODEL", $"script:{script}"));
        _ada = new HttpClient { BaseAddress = _world.Url };
        _ada.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdasToken);
    }

    public async ValueTask DisposeAsync()
    {
        _ada.Dispose();
        await _world.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Answer_OfAPerson_IsTakenOnce_AndASharedTokenAnswersNothing()
    {
        var token = TestContext.Current.CancellationToken;
        using var created = await _world.Http.PostAsJsonAsync("/api/threads", new { task = "plan it", plan = true }, token);
        var open = await OpenAsync();
        var (id, hash) = (open.GetProperty("id").GetString()!, open.GetProperty("hash").GetString()!);

        var shown = await _world.Http.GetFromJsonAsync<JsonElement>($"/api/approvals/{id}", token);
        var machine = await ServerWorld.ProblemAsync(_world.Http, HttpMethod.Post, $"/api/approvals/{id}", $$"""{"answer":"approve","hash":"{{hash}}"}""");
        var wrong = await ServerWorld.ProblemAsync(_ada, HttpMethod.Post, $"/api/approvals/{id}", """{"answer":"approve","hash":"0123abcd"}""");
        var none = await ServerWorld.ProblemAsync(_ada, HttpMethod.Post, $"/api/approvals/{id}", """{"answer":"approve"}""");
        var word = await ServerWorld.ProblemAsync(_ada, HttpMethod.Post, $"/api/approvals/{id}", $$"""{"answer":"yes","hash":"{{hash}}"}""");
        var nowhere = await ServerWorld.ProblemAsync(_ada, HttpMethod.Post, $"/api/approvals/{Guid.NewGuid()}.1", $$"""{"answer":"approve","hash":"{{hash}}"}""");
        using var taken = await _ada.PostAsJsonAsync($"/api/approvals/{id}", new { answer = "approve", hash = hash[..8] }, token);
        var again = await ServerWorld.ProblemAsync(_ada, HttpMethod.Post, $"/api/approvals/{id}", $$"""{"answer":"reject","hash":"{{hash}}","reason":"no"}""");

        Assert.Equal(("plan", "1. x", "open"), (shown.GetProperty("kind").GetString(), shown.GetProperty("text").GetString(), shown.GetProperty("state").GetString()));
        Assert.Equal((403, $"Only a person can answer the plan {hash[..8]}: http:api is a machine, or a token that belongs to nobody."), machine);
        Assert.Equal(409, wrong.Status);
        Assert.StartsWith($"The hash is not that of the plan {hash[..8]}", wrong.Detail, StringComparison.Ordinal);
        Assert.Equal((400, 400, 404), (none.Status, word.Status, nowhere.Status));
        Assert.Equal(200, (int)taken.StatusCode);
        Assert.Equal(409, again.Status);
        Assert.Contains("github:ada", again.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_WithAnotherState_IsRefused_AndWithoutATokenNothingIsShown()
    {
        Assert.Equal((400, "state must be open."), await ServerWorld.ProblemAsync(_ada, HttpMethod.Get, "/api/approvals?state=all"));
        Assert.Equal(401, (await ServerWorld.ProblemAsync(_world.Anonymous, HttpMethod.Get, "/api/approvals")).Status);
    }

    private async Task<JsonElement> OpenAsync()
    {
        while (true)
        {
            var change = _world.Platform.Store.WaitForChangeAsync(null, TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
            var list = await _ada.GetFromJsonAsync<JsonElement>("/api/approvals?state=open", TestContext.Current.CancellationToken);
            if (list.GetProperty("approvals") is var open && open.GetArrayLength() == 1)
                return open[0];
            await change;
        }
    }
}
