using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Demo.GitHub;

/// <summary>
/// A real git remote on this machine: bare repositories behind smart HTTP, served by <c>git http-backend</c>.
/// Every request needs the token, as with a private repository on a code host.
/// </summary>
internal sealed class GitRemote
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(1);
    private readonly byte[] _authorization;

    /// <summary>Serves the repositories under a directory to whoever presents the token as the password of any user.</summary>
    public GitRemote(string root, string token)
    {
        Root = Path.GetFullPath(root);
        Token = token;
        _authorization = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        Directory.CreateDirectory(Root);
    }

    /// <summary>Where the bare repositories lie.</summary>
    public string Root { get; }

    /// <summary>The password that requests must carry.</summary>
    public string Token { get; }

    /// <summary>Told of every accepted request (method and path), before it is answered.</summary>
    public Action<string>? OnRequest { get; set; }

    /// <summary>The directory of a repository given as <c>owner/name</c>.</summary>
    public string PathOf(string repository) => Path.Combine(Root, repository + ".git");

    /// <summary>Makes an empty bare repository with this default branch.</summary>
    public Task CreateAsync(string repository, string defaultBranch, CancellationToken cancellationToken) =>
        RunGitAsync(Root, ["init", "--quiet", "--bare", $"--initial-branch={defaultBranch}", PathOf(repository)], cancellationToken);

    /// <summary>Makes a repository with one commit on its default branch, holding these files. Returns the commit.</summary>
    public async Task<string> CreateAsync(
        string repository, string defaultBranch, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        await CreateAsync(repository, defaultBranch, cancellationToken).ConfigureAwait(false);
        var work = Path.Combine(Root, $".seed-{Guid.NewGuid():N}");
        try
        {
            await RunGitAsync(Root, ["init", "--quiet", $"--initial-branch={defaultBranch}", work], cancellationToken).ConfigureAwait(false);
            foreach (var (name, text) in files)
            {
                var path = Path.Combine(work, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, text, cancellationToken).ConfigureAwait(false);
            }

            await RunGitAsync(work, ["add", "--all"], cancellationToken).ConfigureAwait(false);
            await RunGitAsync(work, ["commit", "--quiet", "--message=First commit"], cancellationToken).ConfigureAwait(false);
            await RunGitAsync(work, ["push", "--quiet", PathOf(repository), defaultBranch], cancellationToken).ConfigureAwait(false);
            return await RunGitAsync(work, ["rev-parse", "HEAD"], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Answers <c>/OWNER/REPO.git/...</c> of a web application.</summary>
    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.Map("/{owner}/{repository}/{**rest}", AnswerAsync);

    /// <summary>Starts a server of its own on a free loopback port. Its address is the application's only URL.</summary>
    public async Task<WebApplication> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseRouting();
        Map(app);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return app;
    }

    /// <summary>Runs git in this remote's own repositories. Returns its output. Throws when it fails.</summary>
    public static async Task<string> RunGitAsync(string directory, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = GitHttpBackend.NewStart(directory);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(CommandTimeout);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
        return process.ExitCode == 0
            ? (await output.ConfigureAwait(false)).TrimEnd('\n')
            : throw new InvalidOperationException($"git {arguments[0]} failed: {await error.ConfigureAwait(false)}");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!IsAuthorized(context.Request.Headers.Authorization.ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }

        OnRequest?.Invoke($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        await GitHttpBackend.AnswerAsync(context, Root).ConfigureAwait(false);
    }

    private bool IsAuthorized(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.Ordinal))
            return false;
        var buffer = new byte[1024];
        if (!Convert.TryFromBase64String(header["Basic ".Length..], buffer, out var length))
            return false;
        var password = Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2) is [_, var given] ? given : "";
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(password)), _authorization);
    }
}
