using System.CommandLine;
using System.Diagnostics;
using Drafthorse.Composition;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse doctor</c>: one line for each part, ok or what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Checks what this machine and the settings allow.");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        var healthy = true;

        void Line(string part, bool ok, string detail)
        {
            healthy &= ok;
            Console.WriteLine($"{(ok ? "ok  " : "FIX ")} {part,-12} {detail}");
        }

        await CheckModelAsync(settings, Line, cancellationToken);
        await CheckStoreAsync(settings, Line, cancellationToken);
        CheckGit(Line);
        var anyReady = false;
        foreach (var backend in SandboxKinds.All(settings, Environment.CurrentDirectory))
        {
            var availability = await backend.CheckAsync(cancellationToken);
            anyReady |= availability.Ready;
            Console.WriteLine($"{(availability.Ready ? "ok  " : "-   ")} {"sandbox",-12} {availability.Detail}");
            await backend.DisposeAsync();
        }

        if (!anyReady)
            Line("sandbox", false, "no kind of sandbox is ready");
        if (settings.GitHub is not { } github)
            Console.WriteLine($"-    {"github",-12} off: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY");
        else
            Line("github", github.WebhookSecrets.Count > 0, github.WebhookSecrets.Count > 0 ? $"on: {github.ApiUrl}" : "GITHUB_WEBHOOK_SECRET is not set: every webhook is refused");
        return healthy ? ExitCodes.Done : ExitCodes.TaskFailed;
    }

    private static async Task CheckModelAsync(DrafthorseSettings settings, Action<string, bool, string> line, CancellationToken cancellationToken)
    {
        try
        {
            var specs = await settings.Models.ChooseAsync(cancellationToken: cancellationToken);
            line("model", true, string.Join(", then ", specs));
        }
        catch (ModelException exception)
        {
            line("model", false, exception.Message);
        }
    }

    private static async Task CheckStoreAsync(DrafthorseSettings settings, Action<string, bool, string> line, CancellationToken cancellationToken)
    {
        try
        {
            await using var store = Platform.OpenStore(settings);
            await store.GetStatusAsync(cancellationToken);
            line("store", true, settings.StorePath);
        }
        catch (ThreadStoreException exception)
        {
            line("store", false, exception.Message);
        }
    }

    private static void CheckGit(Action<string, bool, string> line)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", "--version") { RedirectStandardOutput = true })!;
            line("git", true, git.StandardOutput.ReadToEnd().Trim());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            line("git", false, "git is not installed: install it, 2.36 or newer");
        }
    }
}
