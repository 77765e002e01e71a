using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>The real server from outside: its start message, its HTTP API, and <c>drafthorse threads</c> against it.</summary>
public sealed partial class ServeTests : IAsyncLifetime
{
    private readonly CliWorld _world = new();
    private readonly HttpClient _http = new();
    private CliProcess _serve = null!;
    private string _url = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _world.Environment["DRAFTHORSE_API_TOKEN"] = "the-token-of-tests";
        _world.Environment["SANDBOX_TYPE"] = "local";
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"when":"long task","text":"working","calls":[{"name":"execute","arguments":{"command":"echo begun; sleep 600"}}]}""",
            """{"when":"steer","text":"steered"}""",
            """{"when":"listed task","calls":[{"name":"todo_write","arguments":{"todos":[{"content":"Find it","status":"completed"},{"content":"Fix <it>","status":"in_progress"}]}}]}""",
            """{"text":"Half of it is done."}""",
            """{"when":"plain task","text":"It is done.","usage":{"input":10,"output":5},"repeat":true}""");
        _serve = CliProcess.Start(_world, "serve", "--urls", "http://127.0.0.1:0");
        await _serve.SeeAsync("  api ");
        _url = Listening().Match(_serve.Output).Groups[1].Value;
        _http.BaseAddress = new Uri(_url);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "the-token-of-tests");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _serve.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Serve_Start_SaysWhatIsOnAndWhatIsOff_AndEndsWithSigterm()
    {
        foreach (var line in new[] { "  model     script:", "  sandbox   local", "  github    off: set GITHUB_TOKEN", "team and organization are unlimited until", "no isolation", "10 USD a thread, 50 USD a user and day" })
            Assert.Contains(line, _serve.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("the-token-of-tests", _serve.Output, StringComparison.Ordinal);

        _serve.Signal("TERM");
        await _serve.EndAsync();

        _serve.Expect(0);
    }

    [Fact]
    public void Serve_Started_WatchesNoFiles()
    {
        var open = Directory.EnumerateFiles($"/proc/{_serve.Id}/fd").Select(path => new FileInfo(path).LinkTarget ?? "").ToList();

        Assert.Contains(open, target => target.StartsWith("socket:", StringComparison.Ordinal));
        Assert.DoesNotContain(open, target => target.Contains("inotify", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serve_AddressInUse_Is2AndSaysWhatToDo()
    {
        await using var second = await CliProcess.RunAsync(_world, "serve", "--urls", _url);

        second.Expect(2);
        Assert.Matches("^The server cannot listen on .*: Address already in use. Name another address with --urls, or end what listens there.\n$", second.Errors);
        Assert.DoesNotContain("Exception", second.Output, StringComparison.Ordinal);
    }

    /// <summary>Judged by a validator that is not ours; it needs no token, as it holds no secret.</summary>
    [Fact]
    public async Task OpenApi_IsValidAndDescribesEachEndpoint()
    {
        _http.DefaultRequestHeaders.Authorization = null;
        var text = await _http.GetStringAsync("/openapi/v1.json", Ct);
        var file = Path.Combine(_world.Folder, "v1.json");
        await File.WriteAllTextAsync(file, text, Ct);

        var (found, tools) = await RunAsync(Path.Combine(DockerEngineFixture.Checkout, "tests", "tools", "openapi-validator.sh"));
        Assert.SkipUnless(found == 0, $"the validator could not be installed: {tools}");
        var program = tools.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (_, verdict) = await RunAsync(program[0], program[1], file);
        var spoilt = Path.Combine(_world.Folder, "spoilt.json");
        await File.WriteAllTextAsync(spoilt, text.Replace("\"responses\"", "\"answers\"", StringComparison.Ordinal).Replace("\"in\"", "\"at\"", StringComparison.Ordinal), Ct);
        var (_, refusal) = await RunAsync(program[0], program[1], spoilt);

        Assert.True(JsonDocument.Parse(verdict).RootElement.GetProperty("valid").GetBoolean(), verdict);
        Assert.DoesNotContain("\"valid\": true", refusal, StringComparison.Ordinal);
        var paths = JsonDocument.Parse(text).RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        Assert.Equal(
            [
                "get /api/approvals", "get /api/approvals/{id}", "get /api/threads", "get /api/threads/{id}", "get /api/threads/{id}/events", "get /api/threads/{id}/export", "get /api/threads/{id}/todos",
                "post /api/approvals/{id}", "post /api/threads", "post /api/threads/{id}/cancel", "post /api/threads/{id}/messages",
            ],
            paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Threads_CreateFollowExport_TellTheSameStory()
    {
        var (status, created) = await PostAsync("/api/threads", """{"task":"a plain task","key":"k1"}""");
        var id = created.GetProperty("id").GetString()!;
        var (again, same) = await PostAsync("/api/threads", """{"task":"once more: plain task","key":"k1"}""");

        var events = await FollowAsync(id, null, until: line => line.Contains("run.finished", StringComparison.Ordinal));
        var last = events.Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).Select(line => long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        var rest = await FollowAsync(id, last[0], until: line => line.Contains("run.finished", StringComparison.Ordinal));
        var export = (await _http.GetStringAsync($"/api/threads/{id}/export", Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, id), (status, again, same.GetProperty("id").GetString()));
        Assert.Equal(last.Order(), last);
        Assert.DoesNotContain($"id: {last[0]}", rest);
        Assert.Equal(events.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Skip(1), rest.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(0, export.Length), export.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("position").GetInt32()));
        Assert.Contains("\"kind\":\"run.finished\"", export[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Threads_Todos_AreTheListAsWrittenLast()
    {
        var listed = (await PostAsync("/api/threads", """{"task":"a listed task"}""")).Body.GetProperty("id").GetString()!;
        var plain = (await PostAsync("/api/threads", """{"task":"a plain task"}""")).Body.GetProperty("id").GetString()!;
        var events = await FollowAsync(listed, null, until: line => line.Contains("run.finished", StringComparison.Ordinal));

        var todos = JsonDocument.Parse(await _http.GetStringAsync($"/api/threads/{listed}/todos", Ct)).RootElement.GetProperty("todos");
        Assert.Equal([("Find it", "completed"), ("Fix <it>", "in_progress")], todos.EnumerateArray().Select(todo => (todo.GetProperty("content").GetString(), todo.GetProperty("status").GetString())));
        Assert.Contains(events, line => line.Contains("\"type\":\"todos.written\"", StringComparison.Ordinal) && line.Contains("\"todos\":[{\"content\":\"Find it\",\"status\":\"completed\"},", StringComparison.Ordinal));
        Assert.Equal("""{"todos":[]}""", await _http.GetStringAsync($"/api/threads/{plain}/todos", Ct));
        using var unknown = await _http.GetAsync($"/api/threads/{Guid.NewGuid()}/todos", Ct);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Theory]
    [InlineData("/api/threads")]
    [InlineData("/API/threads")]
    [InlineData("/Api/Threads/")]
    [InlineData("/%61pi/threads")]
    [InlineData("//api/threads")]
    [InlineData("/api/threads/b9e64919-a003-80b0-934a-f6d0d92f8b37/export")]
    public async Task Api_WithoutToken_IsClosedHoweverItsPathIsSpelt(string path)
    {
        using var stranger = new HttpClient();

        using var response = await stranger.GetAsync(new Uri(_url.TrimEnd('/') + path), Ct);

        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.NotFound });
        Assert.DoesNotContain("threads\":", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/owner/name")]
    [InlineData("https://169.254.169.254/owner/name")]
    public async Task Create_RepositoryOffTheCodeHost_IsRefused(string repository)
    {
        var (status, body) = await PostAsync("/api/threads", $$"""{"task":"plain task","repo":"{{repository}}"}""");

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("code host", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_SameIdempotencyKey_IsOneMessage()
    {
        var first = await PostAsync("/api/threads", """{"task":"plain task"}""", idempotencyKey: "retry-1");
        var second = await PostAsync("/api/threads", """{"task":"plain task"}""", idempotencyKey: "retry-1");
        var id = first.Body.GetProperty("id").GetString()!;
        await FollowAsync(id, null, line => line.Contains("run.finished", StringComparison.Ordinal));

        var export = await _http.GetStringAsync($"/api/threads/{id}/export", Ct);

        Assert.Equal(id, second.Body.GetProperty("id").GetString());
        Assert.Single(Regex.Matches(export, "\"kind\":\"messages.taken\""));
    }

    [Fact]
    public async Task Create_MaxCostUsd_StopsTheThread()
    {
        await File.WriteAllTextAsync(Path.Combine(_world.Home, "models.json"), """{"models":{"script":{"price":{"input":1000,"output":1000}}}}""", Ct);
        await using var dear = CliProcess.Start(_world, "serve", "--urls", "http://127.0.0.1:0");
        await dear.SeeAsync("  api ");
        _serve.Signal("TERM");
        await _serve.EndAsync();
        using var http = new HttpClient { BaseAddress = new Uri(Listening().Match(dear.Output).Groups[1].Value) };
        http.DefaultRequestHeaders.Authorization = _http.DefaultRequestHeaders.Authorization;
        using var body = new StringContent("""{"task":"plain task","maxCostUsd":0.01}""", Encoding.UTF8, "application/json");

        using var response = await http.PostAsync("/api/threads", body, Ct);
        var id = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("id").GetString();
        await using var follow = CliProcess.Start(_world, "threads", "follow", id!);
        await follow.SeeAsync("run.finished");

        Assert.Contains("\"outcome\":\"stopped\"", follow.Output, StringComparison.Ordinal);
        Assert.Contains("of 0.01 USD", follow.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_BadInput_IsAProblemWithItsStatus()
    {
        (string Body, string Type, int Status)[] inputs =
        [
            ("""{"task":""}""", "application/json", 400),
            ("""{"task":"x","repo":"not a url"}""", "application/json", 400),
            ("""{"task":"x","model":"nobody:x"}""", "application/json", 400),
            ("""{"task":"x","model":"script:/etc/passwd"}""", "application/json", 400),
            ("""{"task":"x","maxCostUsd":-1}""", "application/json", 400),
            ("""{"task":""", "application/json", 400),
            ("""{"task":"\ud800"}""", "application/json", 400),
            (string.Concat(Enumerable.Repeat("{\"a\":", 10_000)), "application/json", 400),
            ("[1]", "application/json", 400),
            ("task=x", "application/x-www-form-urlencoded", 415),
        ];

        foreach (var (body, type, status) in inputs)
        {
            using var content = new StringContent(body, Encoding.UTF8, type);
            using var response = await _http.PostAsync("/api/threads", content, Ct);
            var text = await response.Content.ReadAsStringAsync(Ct);

            Assert.True(status == (int)response.StatusCode, $"{body[..Math.Min(80, body.Length)]}: {(int)response.StatusCode} {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(status, JsonDocument.Parse(text).RootElement.GetProperty("status").GetInt32());
        }
    }

    [Fact]
    public async Task Api_TooLargeUnknownAndUnauthorized_AreProblems()
    {
        using var anonymous = new HttpClient { BaseAddress = _http.BaseAddress };
        var missing = Guid.NewGuid();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync("/api/threads", $$"""{"task":"{{new string('x', 300_000)}}"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync($"/api/threads/{missing}/messages", """{"text":"x"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync($"/api/threads/{missing}/cancel", "{}")).Status);
        foreach (var path in new[] { $"/api/threads/{missing}", $"/api/threads/{missing}/events", $"/api/threads/{missing}/export", "/api/threads/nonsense" })
        {
            using var response = await _http.GetAsync(path, Ct);
            Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }

        using var refused = await anonymous.GetAsync("/api/threads", Ct);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
        using var badState = await _http.GetAsync("/api/threads?state=asleep", Ct);
        Assert.Equal(HttpStatusCode.BadRequest, badState.StatusCode);
        using var badCursor = await _http.GetAsync("/api/threads?cursor=zzz", Ct);
        Assert.Equal(HttpStatusCode.BadRequest, badCursor.StatusCode);
    }

    [Fact]
    public async Task HealthAndMetrics_AnswerAndParse()
    {
        var (_, created) = await PostAsync("/api/threads", """{"task":"plain task"}""");
        await FollowAsync(created.GetProperty("id").GetString()!, null, line => line.Contains("run.finished", StringComparison.Ordinal));
        using var anonymous = new HttpClient { BaseAddress = _http.BaseAddress };

        var ready = JsonDocument.Parse(await anonymous.GetStringAsync("/healthz/ready", Ct)).RootElement;
        var metrics = await anonymous.GetStringAsync("/metrics", Ct);

        Assert.Equal("ok", await anonymous.GetStringAsync("/healthz/live", Ct));
        Assert.Equal("ready", ready.GetProperty("status").GetString());
        Assert.StartsWith("off", ready.GetProperty("parts").GetProperty("github").GetString(), StringComparison.Ordinal);
        Assert.All(metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(MetricLine(), line));
        Assert.Contains("drafthorse_runs_total{", metrics, StringComparison.Ordinal);
        Assert.Matches("drafthorse_run_duration_seconds_bucket\\{[^}]*le=\"14400\"\\}", metrics);
        Assert.DoesNotContain(created.GetProperty("id").GetString()!, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThreadsCommand_AgainstTheServer_ListsSteersAndCancels()
    {
        var (_, created) = await PostAsync("/api/threads", """{"task":"a long task"}""");
        var id = created.GetProperty("id").GetString()!;
        await FollowAsync(id, null, line => line.Contains("tool.started", StringComparison.Ordinal));

        await using var list = await CliProcess.RunAsync(_world, "threads", "list", "--server", _url, "--state", "running");
        await using var send = await CliProcess.RunAsync(_world, "threads", "send", "--server", _url, id[..8], "steer: stop that", "--mode", "queue");
        await using var cancel = await CliProcess.RunAsync(_world, "threads", "cancel", "--server", _url, id);
        await FollowAsync(id, null, line => line.Contains("run.finished", StringComparison.Ordinal));
        await using var show = await CliProcess.RunAsync(_world, "threads", "show", "--server", _url, id);
        await using var export = await CliProcess.RunAsync(_world, "threads", "export", "--server", _url, id);
        await using var local = await CliProcess.RunAsync(_world, "threads", "show", id[..8]);
        _world.Environment["DRAFTHORSE_API_TOKEN"] = "another-token-here";
        await using var refused = await CliProcess.RunAsync(_world, "threads", "list", "--server", _url);

        foreach (var process in new[] { list, send, cancel, show, export, local })
            process.Expect(0);
        Assert.Contains("a long task", list.Output, StringComparison.Ordinal);
        Assert.Contains("cancelled", show.Output, StringComparison.Ordinal);
        Assert.Equal(await _http.GetStringAsync($"/api/threads/{id}/export", Ct), export.Output);
        Assert.Contains("cancelled", local.Output, StringComparison.Ordinal);
        refused.Expect(2);
        Assert.Contains("DRAFTHORSE_API_TOKEN", refused.Errors, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string json, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await _http.SendAsync(request, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        return (response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>The lines of a thread's server-sent events until one of them is the awaited.</summary>
    private async Task<List<string>> FollowAsync(string id, long? after, Func<string, bool> until)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        late.CancelAfter(TimeSpan.FromMinutes(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/threads/{id}/events");
        if (after is { } position)
            request.Headers.Add("Last-Event-ID", $"{position}");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(late.Token));
        var lines = new List<string>();
        while (await reader.ReadLineAsync(late.Token) is { } line)
        {
            lines.Add(line);
            if (until(line))
                return lines;
        }

        throw new InvalidOperationException($"The events ended.\n{string.Join('\n', lines)}");
    }

    [GeneratedRegex(@"listens on (http://\S+)")]
    private static partial Regex Listening();

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }

    [GeneratedRegex("""^(# (HELP|TYPE|UNIT) \S+.*|# EOF|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})? [-+0-9.eE]+(NaN|Inf)?( \d+)?)$""")]
    private static partial Regex MetricLine();
}
