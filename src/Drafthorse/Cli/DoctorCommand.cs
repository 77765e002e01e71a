using System.CommandLine;
using System.Diagnostics;
using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Harness;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Harness.WorkspaceChecks;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse doctor</c>: one line for each part: ok, off, or what to do.</summary>
internal sealed class DoctorCommand
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly DrafthorseSettings _settings = DrafthorseSettings.Read(SettingsReader.Default());
    private bool _usable = true;

    public static Command Create()
    {
        var command = new Command("doctor", "Checks what this machine and the settings allow. Asks each model for a word.");
        command.SetAction((_, cancellationToken) => new DoctorCommand().RunAsync(cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Home();
        await WorkspaceAsync(cancellationToken);
        await StoreAsync(cancellationToken);
        await ModelsAsync(cancellationToken);
        await GitAsync(cancellationToken);
        await SandboxesAsync(cancellationToken);
        await GitHubAsync(cancellationToken);
        foreach (var warning in _settings.Warnings)
            Off("settings", warning);
        foreach (var name in _settings.NotYet)
            Off("later", $"{name} is set, but this version does not use it yet");
        return _usable ? ExitCodes.Done : ExitCodes.Usage;
    }

    private void Line(string part, bool works, string detail)
    {
        _usable &= works;
        Console.WriteLine($"{(works ? "ok " : "FIX")} {part,-8} {ForeignText.Line(detail)}");
    }

    private static void Off(string part, string detail) => Console.WriteLine($"-   {part,-8} {ForeignText.Line(detail)}");

    private void Home()
    {
        try
        {
            HomeFolder.Prepare(_settings);
            var probe = Path.Combine(_settings.Home, $".probe-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            Line("home", true, _settings.Home);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_settings.Home) & Others) != 0)
                Off("home", $"others on this machine can look into it (what is below is closed to them): chmod 700 {_settings.Home}");
        }
        catch (SettingsException exception)
        {
            Line("home", false, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Line("home", false, $"{_settings.Home} cannot be written: {exception.Message} Set DRAFTHORSE_HOME to a folder of yours.");
        }
    }

    private async Task WorkspaceAsync(CancellationToken cancellationToken)
    {
        try
        {
            var findings = await new WorkspaceCheck(new DirectoryFiles(_settings.WorkspacePath, TimeProvider.System), new WorkspaceOptions()).RunAsync(cancellationToken);
            if (findings.Count == 0)
                Line("workspace", true, _settings.WorkspacePath);
            else
                Off("workspace", $"{findings[0]}{(findings.Count > 1 ? $", and {findings.Count - 1} more" : "")}: see drafthorse workspace check");
        }
        catch (WorkspaceException exception)
        {
            Line("workspace", false, exception.Message);
        }
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var store = await ThreadStores.OpenAsync(_settings, cancellationToken);
            var probe = await store.ProbeAsync(cancellationToken);
            var status = await store.GetStatusAsync(cancellationToken);
            Line("store", true, $"{store.Place}, {probe} ({status.Running} running, {status.Ready} ready, {status.OutboxDepth} effects to do)");
        }
        catch (Exception exception) when (exception is ThreadStoreException or SettingsException or IOException or UnauthorizedAccessException)
        {
            Line("store", false, exception.Message);
        }
    }

    private async Task ModelsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelSpec> specs;
        ModelFactory factory;
        try
        {
            specs = await _settings.Models.ChooseAsync(cancellationToken: cancellationToken);
            factory = new ModelFactory(_settings.Models, ModelCatalog.Load(Path.Combine(_settings.Home, "models.json")), new RetryOptions { MaxAttempts = 1 });
        }
        catch (ModelException exception)
        {
            Line("model", false, exception.Message);
            return;
        }

        using (factory)
        {
            foreach (var warning in factory.Catalog.Warnings)
                Line("models.json", false, warning);
            foreach (var spec in specs)
                await AskAsync(factory, spec, cancellationToken);
        }
    }

    private async Task AskAsync(ModelFactory factory, ModelSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Provider == ModelSpec.Script)
        {
            Line("model", true, $"{spec} (recorded: not asked)");
            return;
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Patience);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var updates = factory.Create(spec).GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Answer with the word ok.")], new ChatOptions { MaxOutputTokens = 64 }, late.Token);
            await foreach (var _ in updates)
            {
                // That it answers is enough.
            }

            var price = factory.Catalog.Find(spec).Price is null ? "; its price is unknown, so budgets count its tokens instead (models.json in the home can say it)" : "";
            Line("model", true, $"{spec} answered after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms{price}");
        }
        catch (ModelException exception)
        {
            Line("model", false, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Line("model", false, $"{spec} did not answer within {Patience.TotalSeconds:0} s: check its address and this machine's network");
        }
    }

    private async Task GitAsync(CancellationToken cancellationToken)
    {
        try
        {
            Line("git", true, (await new GitProcess("git", "/").RequireAsync(new GitCommand("version"), cancellationToken)).Line);
        }
        catch (GitException exception)
        {
            Line("git", false, exception.Message);
        }
    }

    private async Task SandboxesAsync(CancellationToken cancellationToken)
    {
        var any = false;
        foreach (var backend in SandboxKinds.All(_settings, Environment.CurrentDirectory, NullLoggerFactory.Instance))
        {
            await using var owned = backend;
            var availability = await backend.CheckAsync(cancellationToken);
            any |= availability.Ready;
            if (_settings.SandboxType == backend.Kind || availability.Ready)
                Line("sandbox", availability.Ready, availability.Detail);
            else
                Off("sandbox", availability.Detail);
        }

        if (!any)
            Line("sandbox", false, "no kind of sandbox is ready");
    }

    private async Task GitHubAsync(CancellationToken cancellationToken)
    {
        if (_settings.GitHub is not { } github)
        {
            Off("github", "off: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY");
            return;
        }

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience };
        var (works, detail) = await GitHubCheck.RunAsync(github, http, TimeProvider.System, cancellationToken);
        Line("github", works, detail);
        if (github.WebhookSecrets.Count == 0)
            Line("webhooks", false, "GITHUB_WEBHOOK_SECRET is not set: every webhook is refused");
        else
            Line("webhooks", true, "signed; that GitHub reaches this server is seen by the deliveries on the webhook's page there");
    }
}
