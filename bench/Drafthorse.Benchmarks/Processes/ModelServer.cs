using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>A model on loopback that needs no time to think: it asks for one shell command after the other, then says that it is done.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentDictionary<string, ModelSession> _sessions = new();

    private ModelServer(WebApplication server) => _server = server;

    public static async Task<ModelServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null).UseUrls("http://127.0.0.1:0");
        var server = new ModelServer(builder.Build());
        server._server.Run(server.AnswerAsync);
        await server._server.StartAsync();
        return server;
    }

    /// <summary>A session of its own for one process; its address tells it from others that run at the same time.</summary>
    public ModelSession Open(int toolCalls)
    {
        var id = Guid.NewGuid().ToString("N");
        return _sessions[id] = new ModelSession($"{_server.Urls.First()}/{id}", toolCalls);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var arrived = Stopwatch.GetTimestamp();
        var path = http.Request.Path.Value!;
        if (!_sessions.TryGetValue(path.Split('/')[1], out var session) || ModelDialect.Of(path) is not { } dialect)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        using var request = JsonDocument.Parse(body.ToArray());
        var shell = ShellTool.Find(request.RootElement);
        var answer = shell is null ? dialect.Text("Fine.") : session.Next(arrived, Encoding.UTF8.GetString(body.ToArray()), dialect, shell);
        http.Response.ContentType = "text/event-stream";
        var bytes = Encoding.UTF8.GetBytes(answer);
        if (shell is not null)
            session.Answered(Stopwatch.GetTimestamp());
        await http.Response.Body.WriteAsync(bytes);
    }
}
