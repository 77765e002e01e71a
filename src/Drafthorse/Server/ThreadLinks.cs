using System.Globalization;
using Drafthorse.Composition;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Server;

/// <summary><c>/threads/ID</c>, which comments link to: says how to read the thread. It tells nobody whether there is one.</summary>
internal static class ThreadLinks
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/threads/{id}", Show).AllowAnonymous().ExcludeFromDescription();

    private static IResult Show(string id, HttpContext context, Platform platform) => ThreadId.TryParse(id, CultureInfo.InvariantCulture, out var thread)
        ? Results.Text($"""
            Thread {thread}

            Read it with the token of this server in DRAFTHORSE_API_TOKEN:

                drafthorse threads show {thread} --server {ForeignText.Line(platform.Settings.GitHub?.PublicUrl?.AbsoluteUri ?? $"{context.Request.Scheme}://{context.Request.Host}")}

            Whoever has no token asks those who run this server.

            """)
        : Results.Problem(statusCode: 404, detail: "This is no thread's id.");
}
