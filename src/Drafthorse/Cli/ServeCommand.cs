using System.CommandLine;
using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Logs;
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
        if (settings.NotYet is [var early, ..])
            throw new SettingsException($"{early} is set, but this version does not support it yet. Unset it for serve.");
        urls ??= Environment.GetEnvironmentVariable("ASPNETCORE_URLS");
        await using var server = await DrafthorseServer.StartAsync(settings, new PlatformOptions { WaitsForStore = true }, urls, log => ServerLog.AddTo(log, settings.Logs), cancellationToken);
        Introduce(server, settings);
        await server.WaitForShutdownAsync(cancellationToken);
        return ExitCodes.Done;
    }

    private static void Introduce(DrafthorseServer server, DrafthorseSettings settings)
    {
        var (budget, limits, platform) = (settings.Budget, settings.RunLimits, server.Platform);
        Console.WriteLine($"Drafthorse listens on {server.Url}");
        Console.WriteLine($"  model     {string.Join(", then ", platform.Models)}");
        Console.WriteLine($"  sandbox   {platform.Sandbox.Reasons[^1]}");
        Console.WriteLine($"  store     {StoreAddress.Of(settings)}, {settings.Workers} runs at a time");
        Console.WriteLine($"  limits    {Limit(limits.PerUser)} runs of a user, {Limit(limits.PerRepository)} of a repository, {Limit(limits.PerOrganization)} in all at a time");
        Console.WriteLine($"  github    {Of(settings.GitHub)}");
        Console.WriteLine("  others    Slack, Linear, DingTalk, Feishu: not yet");
        Console.WriteLine($"  budgets   {Limit(budget.CostUsd)} a thread, {Limit(budget.UserPerDayUsd)} a user and day, {Limit(budget.RepositoryPerDayUsd)} a repository and day, {Limit(budget.OrganizationPerDayUsd)} in all a day");
        if (budget.OrganizationPerDayUsd is null)
            Console.WriteLine("  WARNING   team and organization are unlimited until Drafthorse__Budgets__OrganizationPerDayUsd is set (teams: not yet)");
        if (platform.Unpriced is { } unpriced)
            Console.WriteLine($"  WARNING   the price of {unpriced} is unknown, so budgets in USD do not hold it (its tokens are limited): write it to {Path.Combine(settings.Home, "models.json")}");
        if (settings.RecordsContent)
            Console.WriteLine("  WARNING   what people and models write goes to the collector of traces: Drafthorse__Telemetry__MessageContent is true");
        foreach (var warning in settings.Warnings.Concat(platform.ModelWarnings))
            Console.WriteLine($"  WARNING   {warning}");
        if (!platform.Sandbox.Backend.IsIsolated)
            Console.WriteLine("  WARNING   no isolation: whoever can start a task runs commands on this machine as you");
        Console.WriteLine($"  metrics   /metrics {(server.IsMonitoringOpen ? "is open on this machine: METRICS_TOKEN is not set"
            : $"with {(settings.MetricsToken is null ? "DRAFTHORSE_API_TOKEN" : "METRICS_TOKEN")} as bearer token")}");
        Console.WriteLine(settings.ApiToken is not null
            ? "  api       with DRAFTHORSE_API_TOKEN as bearer token"
            : $"  api       DRAFTHORSE_API_TOKEN is not set, so until the next start it is {server.ApiToken}\n            curl -H 'Authorization: Bearer {server.ApiToken}' {server.Url}api/threads");
    }

    private static string Of(GitHubOptions? github) => github is null ? "off: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY"
        : github.WebhookSecrets.Count == 0 ? $"on ({github.Host}), but GITHUB_WEBHOOK_SECRET is not set: every webhook is refused"
        : $"on: {github.Host}, webhooks at /webhooks/github";

    private static string Limit(int runs) => runs == int.MaxValue ? "unlimited" : $"{runs}";

    private static string Limit(decimal? usd) => usd is { } value ? $"{value} USD" : "unlimited";
}
