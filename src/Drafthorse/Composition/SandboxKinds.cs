using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;
using Drafthorse.Harness.Sandboxes.Local;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>The kinds of sandbox that this executable knows, the most isolated first.</summary>
internal static class SandboxKinds
{
    public static async Task<SandboxSelection> SelectAsync(DrafthorseSettings settings, PlatformOptions options, CancellationToken cancellationToken)
    {
        var kind = options.Sandbox ?? settings.SandboxType ?? options.DefaultSandbox;
        var candidates = All(settings, options.LocalDirectory, options.Loggers);
        var selection = await SandboxSelection.SelectAsync(candidates, kind, options.MayBeLocal, cancellationToken);
        foreach (var other in candidates.Where(candidate => candidate != selection.Backend))
            await other.DisposeAsync();
        return selection;
    }

    public static IReadOnlyList<ISandboxBackend> All(DrafthorseSettings settings, string? localDirectory, ILoggerFactory loggers)
    {
        HomeFolder.Prepare(settings);
        var local = localDirectory ?? Path.Combine(settings.StatePath, "checkouts");
        var onThisMachine = new LocalOptions { WorkingDirectory = local, SpillDirectory = Path.Combine(settings.StatePath, "spill"), RecordDirectory = Path.Combine(settings.StatePath, "local") };
        foreach (var name in settings.PassEnvironment)
            onThisMachine.PassEnvironment.Add(name);
        return
        [
            new DockerBackend(new DockerSandboxOptions { Image = settings.SandboxImage, Deployment = DeploymentOf(settings.Home), Limits = settings.SandboxLimits }),
            new BubblewrapBackend(
                new BubblewrapOptions { StateDirectory = Path.Combine(settings.StatePath, "bubblewrap"), Limits = settings.SandboxLimits }, logger: loggers.CreateLogger<BubblewrapBackend>()),
            new LocalBackend(onThisMachine),
        ];
    }

    /// <summary>A store knows only its own threads, so it must not judge the sandboxes of another on the same engine.</summary>
    public static string DeploymentOf(string home) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName}:{home}")))[..16];
}
