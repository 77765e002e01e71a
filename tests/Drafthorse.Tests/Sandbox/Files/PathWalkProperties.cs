using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Tree;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Sandbox.Files;

/// <summary>Random trees full of links, and random paths through them, against what the kernel finds.</summary>
public sealed class PathWalkProperties : IDisposable
{
    private static readonly string[] Names = ["a", "b", "c", "..", ".", "a", "b"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 300)]
    public bool Resolve_AnyPath_AgreesWithTheKernelOrStaysInside(int seed)
    {
        var random = new System.Random(seed);
        Directory.Delete(_folder.Root, recursive: true);
        Directory.CreateDirectory(_folder.Root);
        Fill(random, _folder.Root, 0);

        return Enumerable.Range(0, 20).All(_ => AgreesOn(Pick(random, 6))) && File.ReadAllText(_folder.In("outside/secret")) == TemporaryFolder.Secret;
    }

    private bool AgreesOn(string path)
    {
        var kernels = KernelReads(Path.Combine(_folder.Root, path));
        foreach (var open in new Func<string, Folder>[] { Folder.OpenRoot, PortableFolder.OpenRoot })
        {
            try
            {
                using var location = PathWalk.Resolve(_folder.Roots, path, open: open);
                var isInside = location.Path == _folder.Root || location.Path.StartsWith(_folder.Root + "/", StringComparison.Ordinal)
                    || location.Path == _folder.In("other") || location.Path.StartsWith(_folder.In("other") + "/", StringComparison.Ordinal);
                if (!isInside || (location.Facts is { Kind: EntryKind.File } && kernels != location.Path) || (location.Facts is null && kernels is not null))
                {
                    return false;
                }
            }
            catch (FileException exception)
            {
                // What the kernel reads, we may refuse only because the way there leads outside, if only for a moment.
                if (kernels is not null && exception.Kind != FileErrorKind.Outside)
                {
                    return false;
                }
            }
        }

        return true;
    }

    // Each file holds its own path.
    private static string? KernelReads(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Fill(System.Random random, string folder, int depth)
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            var path = Path.Combine(folder, name);
            switch (random.Next(6))
            {
                case 0:
                    File.WriteAllText(path, path);
                    break;
                case 1 or 2 when depth < 3:
                    Directory.CreateDirectory(path);
                    Fill(random, path, depth + 1);
                    break;
                case 3:
                    File.CreateSymbolicLink(path, Pick(random, 4));
                    break;
                case 4:
                    File.CreateSymbolicLink(path, _folder.Root + "/" + Pick(random, 3));
                    break;
                case 5 when random.Next(3) == 0:
                    File.CreateSymbolicLink(path, random.Next(3) switch { 0 => _folder.In("outside"), 1 => _folder.In("other"), _ => _folder.In("outside/secret") });
                    break;
            }
        }
    }

    private static string Pick(System.Random random, int most) =>
        string.Join('/', Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Names[random.Next(Names.Length)]));
}
