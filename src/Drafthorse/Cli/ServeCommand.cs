using System.CommandLine;
using Drafthorse.Composition;
using Drafthorse.Server;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse serve</c>.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Urls = new("--urls") { Description = "Where to listen (default: http://127.0.0.1:8080)." };

    public static Command Create()
    {
        var command = new Command("serve", "Serves webhooks and the API, and works.") { Urls };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(Urls), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? urls, CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        urls ??= Environment.GetEnvironmentVariable("ASPNETCORE_URLS");
        await using var server = await DrafthorseServer.StartAsync(settings, new PlatformOptions(), urls, AddLog, cancellationToken);
        Console.WriteLine($"Drafthorse listens on {server.Url}");
        Console.WriteLine($"  model    {string.Join(", then ", server.Platform.Models)}");
        Console.WriteLine($"  sandbox  {server.Platform.Sandbox.Reasons[^1]}");
        Console.WriteLine($"  github   {(settings.GitHub is null ? "off: set GITHUB_TOKEN or GITHUB_APP_ID" : $"on: {settings.GitHub.Host}")}");
        Console.WriteLine($"  budgets  {Limit(settings.Budget.CostUsd)} a thread, {Limit(settings.Budget.UserPerDayUsd)} a user and day, {Limit(settings.Budget.OrganizationPerDayUsd)} in all a day");
        if (settings.ApiToken is null)
            Console.WriteLine($"  api      DRAFTHORSE_API_TOKEN is not set; until the next start it is {server.ApiToken}");
        await server.WaitForShutdownAsync(cancellationToken);
        return ExitCodes.Done;
    }

    /// <summary>What the server itself has to say; not each request of the web framework.</summary>
    private static void AddLog(ILoggingBuilder log) =>
        log.AddSimpleConsole(console => console.SingleLine = true).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

    private static string Limit(decimal? usd) => usd is { } value ? $"{value} USD" : "unlimited";
}
