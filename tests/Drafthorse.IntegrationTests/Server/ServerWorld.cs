using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Drafthorse.Composition;
using Drafthorse.Server;
using Drafthorse.Settings;
using Microsoft.Extensions.Configuration;

namespace Drafthorse.IntegrationTests.Server;

/// <summary>The server in this process, with a home of its own and a client that has its token.</summary>
internal sealed class ServerWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly DrafthorseServer _server;

    private ServerWorld(DirectoryInfo folder, DrafthorseServer server)
    {
        (_folder, _server) = (folder, server);
        Anonymous = new HttpClient { BaseAddress = server.Url };
        Http = new HttpClient { BaseAddress = server.Url };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.ApiToken);
    }

    public HttpClient Http { get; }

    public HttpClient Anonymous { get; }

    public Uri Url => _server.Url;

    public Platform Platform => _server.Platform;

    public static async Task<ServerWorld> StartAsync(string urls = "http://127.0.0.1:0", params (string Name, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("drafthorse-server-");
        var script = Path.Combine(folder.FullName, "script.jsonl");
        await File.WriteAllTextAsync(script, """{"text":"hi","repeat":true}""", TestContext.Current.CancellationToken);
        var all = new Dictionary<string, string?> { ["DRAFTHORSE_HOME"] = Path.Combine(folder.FullName, "home"), ["DRAFTHORSE_MODEL"] = $"script:{script}", ["SANDBOX_TYPE"] = "local" };
        foreach (var (name, value) in settings)
            all[name] = value;
        var read = DrafthorseSettings.Read(new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(all).Build()));
        return new ServerWorld(folder, await DrafthorseServer.StartAsync(read, new PlatformOptions(), urls, null, TestContext.Current.CancellationToken));
    }

    /// <summary>Sends, and returns the status and the body, which must be problem details.</summary>
    public static async Task<(int Status, string Detail)> ProblemAsync(HttpClient http, HttpMethod method, string path, string? json = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.ParseAdd("text/html");
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, type);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{method} {path}: {(int)response.StatusCode} {response.Content.Headers.ContentType} {text}");
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        return ((int)response.StatusCode, problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : "");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Anonymous.Dispose();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
