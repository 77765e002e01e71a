using System.Net;
using System.Net.Http.Json;
using Drafthorse.Harness.Threads;
using Drafthorse.Sample;
using Drafthorse.WebSample;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Drafthorse.Tests.Samples;

public sealed class TicketAppTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ticket_SentTwiceAsOneDelivery_IsAnsweredOnce()
    {
        var directory = Directory.CreateTempSubdirectory("drafthorse-");
        await using var app = TicketApp.Build(
            ["--urls", "http://127.0.0.1:0", "--Store", Path.Combine(directory.FullName, "tickets.db"), "--Logging:LogLevel:Default", "None"],
            TestedAgent.ModelThat("""{"text":"The slow ones."}""", """{"text":"Once more."}"""));
        await app.StartAsync(Token);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        client.DefaultRequestHeaders.Add("Idempotency-Key", "one");
        var store = app.Services.GetRequiredService<IThreadStore>();
        var missing = await client.GetAsync(new Uri("tickets/7", UriKind.Relative), Token);

        var accepted = await client.PostAsJsonAsync("tickets/7", "Which tests are slow?", Token);
        await client.PostAsJsonAsync("tickets/7", "Which tests are slow?", Token);
        HttpResponseMessage answer;
        do
        {
            await store.WaitForChangeAsync(null, TimeSpan.FromMilliseconds(200), Token);
            answer = await client.GetAsync(new Uri("tickets/7", UriKind.Relative), Token);
        }
        while (answer.StatusCode != HttpStatusCode.OK);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Accepted), (missing.StatusCode, accepted.StatusCode));
        Assert.Equal("The slow ones.", await answer.Content.ReadAsStringAsync(Token));
        await app.StopAsync(Token);
        directory.Delete(recursive: true);
    }
}
