using Drafthorse.Sandbox.Files;

namespace Drafthorse.Tests.Sandbox.Files;

/// <summary>A folder with a root in it, and something outside that must never be reached.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public const string Secret = "the secret outside";

    public TemporaryFolder()
    {
        Path = Directory.CreateTempSubdirectory("drafthorse-").FullName;
        Root = In("root");
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(In("other"));
        Directory.CreateDirectory(In("outside/deep"));
        File.WriteAllText(In("outside/secret"), Secret);
        File.WriteAllText(In("outside/deep/secret"), Secret);
        Roots = new FileRoots([Root, In("other")], Root);
        Files = new FileHandlers(Roots);
    }

    public string Path { get; }

    public string Root { get; }

    public FileRoots Roots { get; }

    public FileHandlers Files { get; }

    public string In(string relative) => System.IO.Path.Combine(Path, relative);

    public string Inside(string relative) => System.IO.Path.Combine(Root, relative);

    public string Put(string relative, string content)
    {
        var path = Inside(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public string Get(string relative) => File.ReadAllText(Inside(relative));

    public void Link(string relative, string target) => File.CreateSymbolicLink(Inside(relative), target);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
