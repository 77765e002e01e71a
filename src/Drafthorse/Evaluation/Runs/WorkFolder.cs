using Drafthorse.Composition;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox.Files;
using Drafthorse.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Evaluation.Runs;

/// <summary>
/// Where repetitions work: a folder of its own for temporary files, as short as sockets need it. The folder of results names it, so that
/// whoever goes on after a kill ends the sandboxes that were left in it.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private const string Prefix = "dhe-";
    private const string Note = "work.txt";
    private const string Mark = ".evaluation";
    private const int MaxNote = 4096;

    private readonly string _note;
    private int _count;

    private WorkFolder(string path, string note) => (Path, _note) = (path, note);

    public string Path { get; }

    /// <summary>Removes what an evaluation that was killed has left, and makes a new folder. Throws <see cref="IOException"/>.</summary>
    public static async Task<WorkFolder> OpenAsync(string output, DrafthorseSettings settings, CancellationToken cancellationToken)
    {
        var note = System.IO.Path.Combine(output, Note);
        if (ReadText(note) is { } left && IsOf(left, output))
            await RemoveAsync(left, settings, cancellationToken);
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder, Mark), output, cancellationToken);
        await File.WriteAllTextAsync(note, folder, cancellationToken);
        return new WorkFolder(folder, note);
    }

    /// <summary>A place for one repetition.</summary>
    public string Next() => System.IO.Path.Combine(Path, $"{Interlocked.Increment(ref _count)}");

    /// <summary>Removes a folder, whatever modes an agent gave to what is in it.</summary>
    public static void Remove(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
                return;
            Open(new DirectoryInfo(folder));
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed stays among the temporary files.
        }
    }

    public void Dispose()
    {
        Remove(Path);
        File.Delete(_note);
    }

    private static void Open(DirectoryInfo root)
    {
        if (OperatingSystem.IsWindows())
            return;
        var open = new Stack<DirectoryInfo>([root]);
        while (open.TryPop(out var folder))
        {
            folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            foreach (var below in folder.EnumerateDirectories().Where(below => below.LinkTarget is null))
                open.Push(below);
        }
    }

    /// <summary>Whether a note names a folder that an evaluation with these results made: anybody may have written the note.</summary>
    private static bool IsOf(string folder, string output) =>
        System.IO.Path.IsPathFullyQualified(folder) && System.IO.Path.GetFileName(folder).StartsWith(Prefix, StringComparison.Ordinal)
        && new DirectoryInfo(folder) is { Exists: true, LinkTarget: null } && ReadText(System.IO.Path.Combine(folder, Mark)) == output;

    private static string? ReadText(string path)
    {
        try
        {
            return RegularFile.ReadText(path, MaxNote);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task RemoveAsync(string folder, DrafthorseSettings settings, CancellationToken cancellationToken)
    {
        foreach (var repetition in Directory.EnumerateDirectories(folder))
        {
            var home = System.IO.Path.Combine(repetition, "home");
            if (!Directory.Exists(home))
                continue;
            foreach (var backend in SandboxKinds.All(settings with { Home = home }, null, NullLoggerFactory.Instance))
            {
                await using var owned = backend;
                try
                {
                    foreach (var listing in await backend.ListAsync(cancellationToken))
                        await backend.RemoveAsync(listing.Sandbox, cancellationToken);
                }
                catch (SandboxException)
                {
                    // A kind that does not work here has left nothing here.
                }
            }
        }

        Remove(folder);
    }
}
