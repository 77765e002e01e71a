using Drafthorse.Demo.GitHub;

namespace Drafthorse.IntegrationTests.Webhooks;

/// <summary>What a server under load is started with.</summary>
internal static class LoadedServer
{
    public const string Secret = "the-secret-of-the-load-test";
    public const string Token = "ghp_load";

    public static Dictionary<string, string> EnvironmentOf(DirectoryInfo folder, GitHubStandIn gitHub)
    {
        var script = Path.Combine(folder.FullName, "model.json");
        File.WriteAllText(script, """[{"text":"Nothing to do."}]""");
        return new Dictionary<string, string>
        {
            ["DRAFTHORSE_HOME"] = folder.FullName,
            ["DRAFTHORSE_MODEL"] = $"script:{script}",
            ["GITHUB_API_URL"] = gitHub.ApiUrl.AbsoluteUri,
            ["GITHUB_SERVER_URL"] = gitHub.ServerUrl.AbsoluteUri,
            ["GITHUB_TOKEN"] = Token,
            ["GITHUB_WEBHOOK_SECRET"] = Secret,
            ["SANDBOX_TYPE"] = "local",
        };
    }
}
