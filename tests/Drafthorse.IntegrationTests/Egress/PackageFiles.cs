using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>One package for each tool, in the layout of its kind of registry.</summary>
internal static class PackageFiles
{
    private const string Root = $"https://{PackageHost.Name}";

    public static IEnumerable<(string Path, byte[] Content)> All() => [.. Plain(), .. Npm(), .. Pip(), .. NuGet(), .. Maven()];

    private static IEnumerable<(string Path, byte[] Content)> Plain() =>
    [
        ("/hello", Text("hello from outside")),
        ("/standin.git/info/refs", Text($"{new string('a', 40)}\trefs/heads/main\n")),
        ("/standin.git/HEAD", Text("ref: refs/heads/main\n")),
    ];

    private static IEnumerable<(string Path, byte[] Content)> Npm()
    {
        var archive = new MemoryStream();
        using (var zip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(zip, TarEntryFormat.Ustar))
        {
            Add(tar, "package/package.json", """{ "name": "standin", "version": "1.0.0", "main": "index.js" }""");
            Add(tar, "package/index.js", "module.exports = 'from npm'\n");
        }

        var content = archive.ToArray();
        var integrity = "sha512-" + Convert.ToBase64String(SHA512.HashData(content));
        yield return ("/npm/standin", Text($$"""
            {"name":"standin","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"standin","version":"1.0.0","main":"index.js",
            "dist":{"tarball":"{{Root}}/npm/standin/-/standin-1.0.0.tgz","integrity":"{{integrity}}" } } } }
            """));
        yield return ("/npm/standin/-/standin-1.0.0.tgz", content);

        static void Add(TarWriter tar, string name, string text) =>
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Text(text)) });
    }

    private static IEnumerable<(string Path, byte[] Content)> Pip()
    {
        var wheel = Zip(
            ("standin.py", "word = 'from pip'\n"),
            ("standin-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: standin\nVersion: 1.0\n"),
            ("standin-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("standin-1.0.dist-info/RECORD", "standin.py,,\nstandin-1.0.dist-info/METADATA,,\nstandin-1.0.dist-info/WHEEL,,\nstandin-1.0.dist-info/RECORD,,\n"));
        yield return ("/pypi/simple/standin/", Text(
            $"<!DOCTYPE html><html><body><a href=\"/pypi/files/standin-1.0-py3-none-any.whl#sha256={Convert.ToHexStringLower(SHA256.HashData(wheel))}\">standin</a></body></html>"));
        yield return ("/pypi/files/standin-1.0-py3-none-any.whl", wheel);
    }

    private static IEnumerable<(string Path, byte[] Content)> NuGet()
    {
        const string Specification = """
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata><id>Standin</id><version>1.0.0</version><authors>a</authors><description>d</description></metadata>
            </package>
            """;
        yield return ("/nuget/index.json", Text($$"""{"version":"3.0.0","resources":[{"@id":"{{Root}}/nuget/flat/","@type":"PackageBaseAddress/3.0.0"}]}"""));
        yield return ("/nuget/flat/standin/index.json", Text("""{"versions":["1.0.0"]}"""));
        yield return ("/nuget/flat/standin/1.0.0/standin.1.0.0.nupkg", Zip(("Standin.nuspec", Specification), ("content/word.txt", "from nuget")));
    }

    private static IEnumerable<(string Path, byte[] Content)> Maven()
    {
        var jar = Zip(("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"));
        (string, byte[])[] files =
        [
            ("/maven/org/example/parent/1/parent-1.pom", Model("org.example", "parent", "1", "pom")),
            ("/maven/org/example/extension/1/extension-1.pom", Model("org.example", "extension", "1", "jar")),
            ("/maven/org/example/extension/1/extension-1.jar", jar),

            // Maven gives this to every extension by itself.
            ("/maven/org/codehaus/plexus/plexus-utils/1.1/plexus-utils-1.1.pom", Model("org.codehaus.plexus", "plexus-utils", "1.1", "jar")),
            ("/maven/org/codehaus/plexus/plexus-utils/1.1/plexus-utils-1.1.jar", jar),
        ];
#pragma warning disable CA5350 // The checksums that Maven asks for.
        return files.SelectMany(file => new[] { file, (file.Item1 + ".sha1", Text(Convert.ToHexStringLower(SHA1.HashData(file.Item2)))) });
#pragma warning restore CA5350

        static byte[] Model(string group, string name, string version, string packaging) => Text(
            $"<project><modelVersion>4.0.0</modelVersion><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version><packaging>{packaging}</packaging></project>");
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Text(text));
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
