using System.Globalization;
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
        var bounds = options.Unpack;
        var receive = new GitCommand("receive-pack", "--stateless-rpc", Directory)
        {
            InputPrefix = head.ToArray(),
            Input = pack,
            Config =
            [
                ("receive.fsckObjects", "true"),
                ("receive.maxInputSize", options.MaxPushBytes.ToString(CultureInfo.InvariantCulture)),
                // Always indexed as a pack, never written out as loose objects.
                ("receive.unpackLimit", "1"),
                ("receive.denyDeletes", "true"),
                ("receive.denyNonFastForwards", "true"),
                ("receive.autogc", "false"),
                ("receive.shallowUpdate", "false"),
                ("core.logAllRefUpdates", "false"),
            ],
            MaxOutputBytes = 64 * 1024,
        };
        var result = await git.RunAsync(bounds.Apply(receive, Directory), cancellationToken).ConfigureAwait(false);
        var unpacked = new UntrustedPack(git, bounds);
        var report = await ReadReportAsync(result, cancellationToken).ConfigureAwait(false);
        if (report is not ["unpack ok", var status, ..] || status != $"ok {command.Ref}")
            return new PushRefusal(unpacked.Explain(string.Join("; ", report.Where(line => line != "unpack ok").Append(result.Error))));
        return await unpacked.RefuseObjectsAsync(Directory, cancellationToken).ConfigureAwait(false) is { } tooLarge ? new PushRefusal(tooLarge) : null;
    }

    public void Dispose() => Remove(Directory);

    private static async Task<IReadOnlyList<string>> ReadReportAsync(GitResult result, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        using var output = new MemoryStream(result.Output);
        try
        {
            while (await PktLine.ReadAsync(output, allowEnd: true, cancellationToken).ConfigureAwait(false) is { } line)
                lines.Add(Encoding.UTF8.GetString(line).TrimEnd('\n'));
            return lines;
        }
        catch (HttpException)
        {
            return [];
        }
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
