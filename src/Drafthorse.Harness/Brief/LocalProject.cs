using Drafthorse.Harness.Brief.Trees;

namespace Drafthorse.Harness.Brief;

/// <summary>The folder that local tools work in, as a project: as it lies there.</summary>
internal static class LocalProject
{
    /// <summary>Finds the folder as the project of every run, when it is the top of a repository.</summary>
    public static FindProject In(string folder, TimeProvider time) => (_, _) => ValueTask.FromResult(Path.Exists(Path.Combine(folder, ".git")) ? Of(folder, time) : null);

    /// <summary>A folder as it lies there, without asking git.</summary>
    public static ProjectPlace Of(string folder, TimeProvider time) => new()
    {
        OpenAsync = _ => Task.FromResult(new ProjectFiles(new FolderTree(folder, time), ["the working folder as it is now, without what tools usually make"])),
        Network = "this machine's own",
    };
}
