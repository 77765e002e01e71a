using System.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Folders.Repositories;

/// <summary>The files of somebody's repository, read without git: regular ones, through no link, up to a size.</summary>
/// <param name="directory">The repository, or a work tree's part of it.</param>
/// <param name="common">What all of its work trees share.</param>
internal sealed class GitFiles(string directory, string common)
{
    private const int MostText = 1 << 20;
    private const int MostRefs = 1 << 28;
    private const int MostSteps = 5;

    /// <summary>The text of a file; null when there is none that may be read.</summary>
    public static string? Read(string folder, string file, int most = MostText)
    {
        var at = folder;
        foreach (var part in file.Split('/'))
        {
            at = Path.Combine(at, part);
            if (new FileInfo(at).LinkTarget is not null)
                return null;
        }

        try
        {
            return Encoding.UTF8.GetString(RegularFile.Read(at, most, followLink: false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The branch and the commit that <c>HEAD</c> names, each null when it names none.</summary>
    public (string? Branch, string? Commit) ReadHead()
    {
        string? branch = null;
        var text = Read(directory, "HEAD")?.Trim();
        for (var step = 0; text is not null && step < MostSteps; step++)
        {
            if (!text.StartsWith("ref:", StringComparison.Ordinal))
                return (branch, IsId(text) ? text : null);
            var name = text[4..].Trim();
            if (!IsRef(name))
                break;
            branch ??= name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : null;
            text = (Read(common, name) ?? ReadPacked(name))?.Trim();
        }

        return (branch, null);
    }

    /// <summary>The commits at which the history was cut off when it was cloned.</summary>
    public IReadOnlySet<string> ReadShallow() =>
        (Read(common, "shallow", MostRefs) ?? "").Split('\n').Where(IsId).ToHashSet(StringComparer.Ordinal);

    private string? ReadPacked(string name) => Read(common, "packed-refs", MostRefs)?.Split('\n')
        .FirstOrDefault(line => line.Length > name.Length && line.EndsWith(name, StringComparison.Ordinal) && line[^(name.Length + 1)] == ' ')?[..^(name.Length + 1)];

    private static bool IsId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsRef(string name) =>
        name.StartsWith("refs/", StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal) && name.Split('/').All(part => part is not ("" or "." or ".."));
}
