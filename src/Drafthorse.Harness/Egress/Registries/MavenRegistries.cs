using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace Drafthorse.Harness.Egress.Registries;

internal static class MavenRegistries
{
    private const string SuperPom = "org/apache/maven/model/pom-4.0.0.xml";

    public static Task<IReadOnlyList<PackageRegistry>> FindAsync(ToolMachine machine, CancellationToken cancellationToken)
    {
        var home = machine.FindProgram("mvn") is { } program ? Path.GetDirectoryName(Path.GetDirectoryName(program)) : null;
        string?[] files = [machine.InHome(".m2/settings.xml"), home is null ? null : Path.Combine(home, "conf/settings.xml")];
        var settings = files.OfType<string>().Select(ToolMachine.Read).Where(text => text.Length > 0).Select(text => Parse(new StringReader(text))).ToList();
        var secret = settings.SelectMany(s => Descendants(s, "server")).Select(s => Child(s, "id")).OfType<string>().ToHashSet();
        var mirrors = settings.SelectMany(s => Descendants(s, "mirror")).Where(m => Child(m, "blocked") != "true").ToList();
        var repositories = settings.SelectMany(s => Descendants(s, "repository").Concat(Descendants(s, "pluginRepository")));

        var found = mirrors.Concat(repositories).Select(e => PackageRegistry.Parse("maven", Child(e, "url"), hasCredentials: secret.Contains(Child(e, "id") ?? ""))).ToList();
        if (home is not null && !mirrors.Any(ReplacesCentral))
            found.AddRange(Defaults(Path.Combine(home, "lib")).Select(url => PackageRegistry.Parse("maven", url, RegistryOrigin.ToolDefault)));
        return Task.FromResult<IReadOnlyList<PackageRegistry>>([.. found.OfType<PackageRegistry>().Distinct()]);
    }

    private static bool ReplacesCentral(XElement mirror) =>
        (Child(mirror, "mirrorOf") ?? "").Split(',', StringSplitOptions.TrimEntries) is var of
        && (of.Contains("*") || of.Contains("external:*") || of.Contains("central")) && !of.Contains("!central");

    /// <summary>Maven's defaults stand in the model that all others inherit from, inside one of its libraries.</summary>
    private static IEnumerable<string?> Defaults(string libraries)
    {
        if (!Directory.Exists(libraries))
            return [];
        foreach (var file in Directory.EnumerateFiles(libraries, "maven-model-builder-*.jar"))
        {
            using var archive = ZipFile.OpenRead(file);
            if (archive.GetEntry(SuperPom) is not { Length: < 1 << 20 } entry)
                continue;
            using var reader = new StreamReader(entry.Open());
            var model = Parse(reader);
            return [.. Descendants(model, "repository").Concat(Descendants(model, "pluginRepository")).Select(e => Child(e, "url"))];
        }

        return [];
    }

    private static XDocument Parse(TextReader text)
    {
        using var reader = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader);
    }

    private static IEnumerable<XElement> Descendants(XDocument document, string name) => document.Descendants().Where(e => e.Name.LocalName == name);

    private static string? Child(XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim();
}
