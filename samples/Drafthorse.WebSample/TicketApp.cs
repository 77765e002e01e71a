using Drafthorse.Harness;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.AI;

namespace Drafthorse.WebSample;

/// <summary>A web app whose tickets an agent answers: what it accepted is on disk, and worked off also after a crash.</summary>
public static class TicketApp
{
    /// <summary>The app; <c>--Store FILE</c> says where the threads live.</summary>
    public static WebApplication Build(string[] args, IChatClient model)
    {
        var builder = WebApplication.CreateBuilder(args);
        var store = builder.Configuration["Store"] ?? "tickets.db";
        builder.Services
            .AddSingleton(model)
            .AddSingleton<IThreadStore>(_ => new SqliteThreadStore(new SqliteThreadStoreOptions { Path = store }))
            .AddSingleton<TicketChannel>()
            .AddSingleton<IChannel>(provider => provider.GetRequiredService<TicketChannel>())
            .AddDrafthorse("tickets", (agent, _) => agent.UseCoreTools(CoreTools.ReadOnly))
            .AddDrafthorseWorker();

        var app = builder.Build();
        app.MapPost("/tickets/{id}", async (string id, [FromBody] string text, HttpRequest request, TicketChannel tickets, IThreadStore threads, CancellationToken cancellationToken) =>
        {
            var delivery = request.Headers["Idempotency-Key"].FirstOrDefault() ?? $"{Guid.NewGuid()}";
            await threads.EnqueueAsync(tickets.Read(id, "tickets:visitor", text, delivery), cancellationToken);
            return Results.Accepted($"/tickets/{id}");
        });
        app.MapGet("/tickets/{id}", (string id, TicketChannel tickets) => tickets.Find(id) is { } answer ? Results.Text(answer) : Results.NotFound());
        return app;
    }
}
