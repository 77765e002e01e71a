using Drafthorse.Harness.Instructions;

namespace Drafthorse.Folders;

/// <summary>What a folder of this machine says to agents.</summary>
internal static class FolderInstructions
{
    /// <summary>The files at the top of the folder, or of the repository that it is in, by path.</summary>
    public static IReadOnlyList<string> Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            string[] found = [.. InstructionNames.AtTop.Select(name => Path.Combine(at.FullName, name)).Where(File.Exists)];
            if (found.Length > 0 || Path.Exists(Path.Combine(at.FullName, ".git")))
                return found;
        }

        return [];
    }
}
