using System.CommandLine;
using Drafthorse.Channels.GitHub;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse github-app</c>: the link that makes the App, with its permissions and events filled in.</summary>
internal static class GitHubAppCommand
{
    private static readonly Option<string> Url = new("--url") { HelpName = "url", Description = "Where GitHub and people reach the server, such as https://drafthorse.example.", Required = true };
    private static readonly Option<string?> Organization = new("--organization") { HelpName = "login", Description = "The organization that owns the App (default: you)." };
    private static readonly Option<string> Name = new("--name") { Description = "The App's name, which no other App has.", DefaultValueFactory = _ => "drafthorse" };

    public static Command Create()
    {
        var command = new Command("github-app", "Prints the link that makes the GitHub App.") { Url, Organization, Name };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(Url), parsed.GetValue(Organization), parsed.GetRequiredValue(Name)));
        return command;
    }

    private static int Run(string url, string? organization, string name)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0 || address.Query.Length > 0)
            throw new SettingsException($"--url must be an http or https address without credentials, such as https://drafthorse.example; it is '{url}'.");
        var server = SettingsReader.Default().Text("GITHUB_SERVER_URL") ?? "https://github.com";
        if (!Uri.TryCreate(server, UriKind.Absolute, out var host) || host.Scheme is not ("http" or "https"))
            throw new SettingsException("GITHUB_SERVER_URL must be an http or https address without credentials.");
        Console.WriteLine(GitHubAppForm.Link(host, organization, name, address));
        Console.WriteLine();
        Console.WriteLine("Open it, type a webhook secret (openssl rand -hex 32), create the App, generate a private key, install it. Then set");
        Console.WriteLine("GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY (the .pem file) and GITHUB_WEBHOOK_SECRET, and run: drafthorse doctor");
        return ExitCodes.Done;
    }
}
