using System.Text;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Http;
using Drafthorse.Harness.GitGateway.Mirrors;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>
/// A bare repository for one push, with the mirror's objects behind it. What a client sends lands here and nowhere else;
/// it is removed when the push is decided, whatever the outcome.
/// </summary>
internal sealed class Quarantine : IDisposable
{
    private static readonly TimeSpan LeftOver = TimeSpan.FromHours(2);

    private Quarantine(string directory) => Directory = directory;

    public string Directory { get; }

    /// <summary>Makes one, and sweeps away what a crashed process left behind.</summary>
    public static async Task<Quarantine> CreateAsync(string root, RepositoryMirror mirror, PushCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await MakeAsync(root, mirror, command, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GitException($"The gateway cannot write to its state directory: {exception.Message}", exception);
        }
    }

    private static async Task<Quarantine> MakeAsync(string root, RepositoryMirror mirror, PushCommand command, CancellationToken cancellationToken)
    {
        var parent = Path.Combine(root, "quarantine");
        System.IO.Directory.CreateDirectory(parent);
        foreach (var old in new DirectoryInfo(parent).EnumerateDirectories().Where(old => DateTime.UtcNow - old.CreationTimeUtc > LeftOver))
            Remove(old.FullName);
        var directory = Path.Combine(parent, Guid.NewGuid().ToString("N") + ".git");
        foreach (var folder in (string[])["objects/info", "objects/pack", "refs/heads"])
            System.IO.Directory.CreateDirectory(Path.Combine(directory, folder));
        await WriteAsync("HEAD", "ref: refs/heads/none\n").ConfigureAwait(false);
        await WriteAsync("config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n").ConfigureAwait(false);
        await WriteAsync("objects/info/alternates", Path.Combine(mirror.Directory, "objects") + "\n").ConfigureAwait(false);
        if (command.Old != ObjectId.Zero)
            await WriteAsync("packed-refs", $"{command.Old} {command.Ref}\n").ConfigureAwait(false);
        return new Quarantine(directory);

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(directory, name), text, cancellationToken);
    }

    /// <summary>Lets git receive the pack, with every check of objects that it has. Returns why it refused, or null.</summary>
    public async Task<PushRefusal?> ReceiveAsync(
        GitProcess git, GitGatewayOptions options, PushCommands push, Stream pack, CancellationToken cancellationToken)
    {
        var command = push.Commands[0];
        var head = new MemoryStream();
        head.Write(PktLine.Write($"{command.Old} {command.New} {command.Ref}\0 report-status object-format=sha1"));
        head.Write(PktLine.Flush.Span);
        var result = await git.RunAsync(
            new GitCommand("receive-pack", "--stateless-rpc", Directory)
            {
                InputPrefix = head.ToArray(),
                Input = pack,
                Config =
                [
                    ("receive.fsckObjects", "true"),
                    ("receive.maxInputSize", options.MaxPushBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    ("receive.denyDeletes", "true"),
                    ("receive.denyNonFastForwards", "true"),
                    ("receive.autogc", "false"),
                    ("receive.shallowUpdate", "false"),
                    ("core.logAllRefUpdates", "false"),
                ],
                MaxMemoryBytes = options.MaxProcessMemoryBytes,
                MaxFileBytes = 4 * options.MaxPushBytes,
                MaxOutputBytes = 64 * 1024,
                Timeout = options.RequestTimeout,
            },
            cancellationToken).ConfigureAwait(false);
        return await ExplainAsync(result, command, options, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => Remove(Directory);

    private static async Task<PushRefusal?> ExplainAsync(GitResult result, PushCommand command, GitGatewayOptions options, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        using var output = new MemoryStream(result.Output);
        try
        {
            while (await PktLine.ReadAsync(output, allowEnd: true, cancellationToken).ConfigureAwait(false) is { } line)
                lines.Add(Encoding.UTF8.GetString(line).TrimEnd('\n'));
        }
        catch (HttpException)
        {
            lines.Clear();
        }

        if (lines is ["unpack ok", var status, ..] && status == $"ok {command.Ref}")
            return null;
        if (result.Error.Contains("exceeds maximum allowed size", StringComparison.Ordinal))
            return new PushRefusal($"the pack is larger than {options.MaxPushBytes / (1024 * 1024)} MiB. Do not commit large or generated files.");
        var said = string.Join("; ", lines.Where(line => line != "unpack ok").Append(Printable.Lines(result.Error, 400)).Where(line => line.Length > 0));
        return new PushRefusal($"git did not accept the objects: {Printable.Line(said, 400)}");
    }

    private static void Remove(string directory)
    {
        try
        {
            System.IO.Directory.Delete(directory, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Swept away by a later push.
        }
    }
}
