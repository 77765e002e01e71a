using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>An OpenAI-compatible server on loopback that answers with what a test says, request by request, streaming.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();

    private ChatServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public ConcurrentQueue<JsonNode> Requests { get; } = new();

    public static async Task<ChatServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new ChatServer(builder.Build());
        server._app.MapPost("/v1/chat/completions", server.AnswerAsync);
        server._app.MapGet("/api/tags", () => Results.Text("""{"models":[{"name":"little:1b"}]}""", "application/json"));
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ChatServer Says(string text, Task? after = null) => Then(async context =>
    {
        await (after ?? Task.CompletedTask);
        await StreamAsync(context, Delta(new JsonObject { ["content"] = text }), Stop("stop"));
    });

    /// <summary>Says something when it has thought for a while.</summary>
    public ChatServer Thinks(TimeSpan time, string text) => Then(async context =>
    {
        await Task.Delay(time, context.RequestAborted);
        await StreamAsync(context, Delta(new JsonObject { ["content"] = text }), Stop("stop"));
    });

    public ChatServer Calls(string text, params (string Tool, string Arguments)[] calls) => Then(context => StreamAsync(
        context,
        [
            Delta(new JsonObject { ["role"] = "assistant", ["content"] = text }),
            .. calls.SelectMany((call, index) => Call(index, call.Tool, call.Arguments)),
            Stop("tool_calls"),
        ]));

    public ChatServer Fails(int status, string body = """{"error":{"message":"no","type":"server_error"}}""", int? retryAfter = null) => Then(context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = $"{seconds}";
        return context.Response.WriteAsync(body);
    });

    /// <summary>Says something and then holds the line until the client hangs up.</summary>
    public ChatServer Hangs(string text) => Then(async context =>
    {
        await WriteAsync(context, Delta(new JsonObject { ["content"] = text }));
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    });

    /// <summary>Says something and breaks off.</summary>
    public ChatServer Cuts(string text) => Then(context => WriteAsync(context, Delta(new JsonObject { ["content"] = text })));

    public ChatServer Then(Func<HttpContext, Task> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue((await JsonNode.ParseAsync(context.Request.Body))!);
        if (_answers.TryDequeue(out var answer))
            await answer(context);
        else
            context.Response.StatusCode = 418;
    }

    private static async Task StreamAsync(HttpContext context, params JsonObject[] chunks)
    {
        foreach (var chunk in chunks)
            await WriteAsync(context, chunk);
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static async Task WriteAsync(HttpContext context, JsonObject chunk)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n");
        await context.Response.Body.FlushAsync();
    }

    /// <summary>A call as servers stream it: its name first, then its arguments in pieces.</summary>
    private static IEnumerable<JsonObject> Call(int index, string tool, string arguments)
    {
        yield return CallDelta(index, new JsonObject { ["name"] = tool, ["arguments"] = "" }, $"call_{index}");
        foreach (var piece in arguments.Chunk(7))
            yield return CallDelta(index, new JsonObject { ["arguments"] = new string(piece) }, null);
    }

    private static JsonObject CallDelta(int index, JsonObject function, string? id)
    {
        var call = new JsonObject { ["index"] = index, ["function"] = function };
        if (id is not null)
            (call["id"], call["type"]) = (id, "function");
        return Delta(new JsonObject { ["tool_calls"] = new JsonArray(call) });
    }

    private static JsonObject Delta(JsonObject delta) => Chunk(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = null }, null);

    private static JsonObject Stop(string reason) => Chunk(
        new JsonObject { ["index"] = 0, ["delta"] = new JsonObject(), ["finish_reason"] = reason },
        new JsonObject { ["prompt_tokens"] = 2000, ["completion_tokens"] = 20, ["total_tokens"] = 2020 });

    private static JsonObject Chunk(JsonObject choice, JsonObject? usage) => new()
    {
        ["id"] = "chatcmpl-1", ["object"] = "chat.completion.chunk", ["created"] = 1, ["model"] = "any", ["choices"] = new JsonArray(choice), ["usage"] = usage,
    };
}
