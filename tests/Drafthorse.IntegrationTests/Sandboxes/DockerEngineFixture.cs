using System.Diagnostics;
using Drafthorse.IntegrationTests.Sandboxes;

[assembly: AssemblyFixture(typeof(DockerEngineFixture))]

namespace Drafthorse.IntegrationTests.Sandboxes;

/// <summary>A Docker engine with the test images: the one of <c>DOCKER_HOST</c>, or a private one that ends with the tests.</summary>
public sealed class DockerEngineFixture : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<string>? _host;
    private Task<string>? _tools;

    /// <summary>The root of the checkout.</summary>
    public static string Checkout { get; } = FindCheckout();

    /// <summary>The engine's address; skips the test where no engine can be had.</summary>
    public async Task<Uri> GetAsync()
    {
        lock (_gate)
        {
            _host ??= StartAsync();
        }

        return new Uri(await _host);
    }

    /// <summary>The image with this machine's package tools, made when the first test asks for it.</summary>
    public async Task<string> GetToolsImageAsync()
    {
        await GetAsync();
        lock (_gate)
        {
            _tools ??= RunAsync("tools");
        }

        return await _tools;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is { IsCompletedSuccessfully: true } && Environment.GetEnvironmentVariable("DOCKER_HOST") is null)
            await RunAsync("stop");
    }

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is null && !(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/dockerd")))
            Assert.Skip("Docker: set DOCKER_HOST, or run as root with docker.io installed");
        var host = await RunAsync("start");
        await RunAsync("image");
        return host;
    }

    private static async Task<string> RunAsync(string verb)
    {
        var start = new ProcessStartInfo(Path.Combine(Checkout, "tests", "tools", "docker-engine.sh"), verb) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"docker-engine.sh {verb}: {await error}");
    }

    private static string FindCheckout()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Drafthorse.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run from a checkout.");
        return directory.FullName;
    }
}
