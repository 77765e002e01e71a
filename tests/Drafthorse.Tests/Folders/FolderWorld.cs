using System.Diagnostics;
using Drafthorse.Folders.Snapshots;

namespace Drafthorse.Tests.Folders;

/// <summary>A folder with a repository in it, and a place for what is kept of it.</summary>
internal sealed class FolderWorld : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("drafthorse-folder-");

    public FolderWorld() => Folder = _root.CreateSubdirectory("work").FullName;

    public string Folder { get; }

    public string Home => Path.Combine(_root.FullName, "home");

    public string State => Path.Combine(Home, "state", "folders");

    /// <summary>A file that a program which must not run would make.</summary>
    public string Mark => Path.Combine(_root.FullName, "ran");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Task<FolderSnapshots> OpenAsync() => FolderSnapshots.OpenAsync(Folder, State, Ct);

    public void Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>Makes a repository of a folder with all its files committed.</summary>
    public void Commit(string below = "")
    {
        var at = Path.Combine(Folder, below);
        Git(at, "init", "-q", "-b", "main");
        Git(at, "add", "-A");
        Git(at, "commit", "-q", "--allow-empty", "-m", "first");
    }

    /// <summary>Git as the person runs it. Returns what it printed.</summary>
    public string Git(string at, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = at, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in (string[])["GIT_AUTHOR", "GIT_COMMITTER"])
            (start.Environment[$"{name}_NAME"], start.Environment[$"{name}_EMAIL"]) = ("u", "u@localhost");
        (start.Environment["GIT_CONFIG_NOSYSTEM"], start.Environment["GIT_CONFIG_GLOBAL"]) = ("1", "/dev/null");
        using var git = Process.Start(start)!;
        git.StandardInput.Close();
        var error = git.StandardError.ReadToEndAsync(Ct);
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output + error.Result;
    }

    /// <summary>The paths of a state, with their modes.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(FolderSnapshots states, string state) =>
        [.. (await states.Git.TextAsync(["ls-tree", "-r", "--format=%(objectmode) %(path)", state], Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    public void Dispose()
    {
        foreach (var closed in Directory.EnumerateFileSystemEntries(_root.FullName, "closed*", SearchOption.AllDirectories))
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _root.Delete(recursive: true);
    }
}
