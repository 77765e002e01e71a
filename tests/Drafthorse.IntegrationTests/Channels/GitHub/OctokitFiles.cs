using System.Diagnostics;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

/// <summary>GitHub's own description of its API and examples of its webhooks, from the npm registry, kept between runs.</summary>
internal static class OctokitFiles
{
    private static readonly SemaphoreSlim Gate = new(1);

    public static Task<string> ApiDescriptionAsync(CancellationToken cancellationToken) =>
        GetAsync("@octokit/openapi", "23.0.2", "package/generated/api.github.com.json", cancellationToken);

    public static Task<string> WebhookExamplesAsync(CancellationToken cancellationToken) =>
        GetAsync("@octokit/webhooks-examples", "7.6.1", "package/api.github.com/index.json", cancellationToken);

    private static async Task<string> GetAsync(string package, string version, string file, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), "drafthorse-test-files", $"{package.Replace('/', '+')}-{version}");
        var target = Path.Combine(folder, file);
        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (File.Exists(target))
                return target;
            var work = Directory.CreateTempSubdirectory("drafthorse-npm-");
            try
            {
                await RunAsync(work.FullName, "npm", ["pack", "--silent", $"{package}@{version}"], cancellationToken);
                await RunAsync(work.FullName, "tar", ["-xzf", Directory.GetFiles(work.FullName, "*.tgz").Single(), file], cancellationToken);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(work.FullName, file), $"{target}.{Environment.ProcessId}");
                File.Move($"{target}.{Environment.ProcessId}", target, overwrite: true);
                return target;
            }
            finally
            {
                work.Delete(recursive: true);
            }
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task RunAsync(string folder, string program, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                Assert.Skip($"'{program} {string.Join(' ', arguments)}' failed, so GitHub's own files are not there: {errors}");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            Assert.Skip($"{program} is not installed, so GitHub's own files are not there: {exception.Message}");
        }
    }
}
