using System.IO.Compression;
using Drafthorse.Harness.Egress.Registries;

namespace Drafthorse.Tests.Egress.Registries;

public sealed class PackageRegistriesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drafthorse-registries-").FullName;
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, string> _tools = [];
    private readonly Dictionary<string, string> _pages = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Npm_RegistryScopeAndToken_AreFound()
    {
        Write("home/.npmrc", "; comment\nregistry = https://npm.example/repo/\n@ours:registry=https://scoped.example/npm\n//scoped.example/npm/:_authToken=${TOKEN}\n");

        await AssertFoundAsync(
            new("npm", new Uri("https://npm.example/repo/")),
            new("npm", new Uri("https://scoped.example/npm"), HasCredentials: true));
    }

    [Fact]
    public async Task Npm_NothingSet_AsksNpm()
    {
        _tools["npm config get registry"] = "https://default.example/\n";

        await AssertFoundAsync(new PackageRegistry("npm", new Uri("https://default.example/"), RegistryOrigin.ToolDefault));
    }

    [Fact]
    public async Task Npm_Variable_GoesFirst()
    {
        Write("home/.npmrc", "registry=https://file.example/\n");
        _variables["npm_config_registry"] = "https://variable.example/";

        await AssertFoundAsync(new PackageRegistry("npm", new Uri("https://variable.example/")));
    }

    [Fact]
    public async Task Pip_ConfigurationWithExtrasAndPassword_IsFound()
    {
        Write("home/.config/pip/pip.conf", "[global]\nindex-url = https://pip.example/simple\nextra-index-url =\n    https://one.example/simple\n    https://me:secret@two.example/simple\n");

        await AssertFoundAsync(
            new("pip", new Uri("https://pip.example/simple")),
            new("pip", new Uri("https://one.example/simple")),
            new("pip", new Uri("https://two.example/simple"), HasCredentials: true));
    }

    [Fact]
    public async Task Pip_NothingSet_ReadsTheHelpAndTheHostsOfTheLinks()
    {
        _tools["pip3 download --help"] = "  -i, --index-url <url>  Base URL of the index (default\n     https://default.example/simple). This";
        _pages["https://default.example/simple/pip/"] =
            "<a href=\"https://files.example/packages/pip-1.whl#sha256=1\">pip</a><a rel=x href=\"../../pip-2.whl\">pip</a><a href=\"ftp://x/\">";

        await AssertFoundAsync(
            new("pip", new Uri("https://default.example/simple"), RegistryOrigin.ToolDefault),
            new("pip", new Uri("https://files.example/"), RegistryOrigin.NamedByRegistry));
    }

    [Fact]
    public async Task NuGet_SourcesDisabledAndWithCredentials_AreTold()
    {
        Write("home/.nuget/NuGet/NuGet.Config", """
            <?xml version="1.0" encoding="utf-8"?>
            <configuration>
              <packageSources>
                <add key="feed" value="https://nuget.example/v3/index.json" />
                <add key="our feed" value="https://ours.example/v3/index.json" />
                <add key="off" value="https://off.example/v3/index.json" />
                <add key="local" value="/packages" />
              </packageSources>
              <disabledPackageSources><add key="off" value="true" /></disabledPackageSources>
              <packageSourceCredentials><our_x0020_feed><add key="Username" value="u" /></our_x0020_feed></packageSourceCredentials>
            </configuration>
            """);
        _pages["https://nuget.example/v3/index.json"] =
            """{"resources":[{"@id":"https://flat.example/v3/","@type":"PackageBaseAddress/3.0.0"},{"@id":"https://search.example/","@type":"SearchQueryService"}]}""";

        await AssertFoundAsync(
            new("nuget", new Uri("https://nuget.example/v3/index.json")),
            new("nuget", new Uri("https://ours.example/v3/index.json"), HasCredentials: true),
            new("nuget", new Uri("https://flat.example/"), RegistryOrigin.NamedByRegistry));
    }

    [Fact]
    public async Task NuGet_NothingSet_AsksDotnet()
    {
        _tools["dotnet nuget list source --format short"] = "E https://default.example/v3/index.json\nD https://off.example/\n";

        await AssertFoundAsync(new PackageRegistry("nuget", new Uri("https://default.example/v3/index.json"), RegistryOrigin.ToolDefault));
    }

    [Fact]
    public async Task Maven_MirrorOfEverything_ReplacesTheDefault()
    {
        InstallMaven();
        Write("home/.m2/settings.xml", """
            <settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
              <servers><server><id>m</id><username>u</username></server></servers>
              <mirrors>
                <mirror><id>m</id><mirrorOf>*</mirrorOf><url>https://maven.example/all</url></mirror>
                <mirror><id>b</id><mirrorOf>external:http:*</mirrorOf><url>http://0.0.0.0/</url><blocked>true</blocked></mirror>
              </mirrors>
            </settings>
            """);

        await AssertFoundAsync(new PackageRegistry("maven", new Uri("https://maven.example/all"), HasCredentials: true));
    }

    [Fact]
    public async Task Maven_NothingSet_ReadsTheModelOfMavenItself()
    {
        InstallMaven();

        await AssertFoundAsync(new PackageRegistry("maven", new Uri("https://central.example/maven2"), RegistryOrigin.ToolDefault));
    }

    [Fact]
    public async Task Cargo_ConfigurationAndUsedIndexes_AreFound()
    {
        Write("home/.cargo/config.toml", "[registries.ours]\n  index = \"sparse+https://cargo.example/index/\"\n");
        Write("home/.cargo/registry/index/used.example-6f17d22bba15001f/config.json", """{"dl":"https://files.example/crates/{crate}"}""");

        await AssertFoundAsync(
            new("cargo", new Uri("https://cargo.example/index/")),
            new("cargo", new Uri("https://used.example/"), RegistryOrigin.ToolDefault),
            new("cargo", new Uri("https://files.example/crates/"), RegistryOrigin.NamedByRegistry));
    }

    [Fact]
    public async Task Go_ProxyListAndSums_AreFound()
    {
        _tools["go env GOPROXY GOSUMDB"] = "https://default.example,direct\nsum.example\n";
        Write("home/.config/go/env", "GOPROXY=https://go.example|https://second.example,direct\n");

        await AssertFoundAsync(
            new("go", new Uri("https://go.example")),
            new("go", new Uri("https://second.example")),
            new("go", new Uri("https://sum.example/"), RegistryOrigin.ToolDefault));
    }

    [Fact]
    public async Task Apt_BothFormats_AreFound()
    {
        Write("etc/apt/sources.list", "# x\ndeb [signed-by=/k] http://apt.example/debian bookworm main\ndeb cdrom:[x]/ y\n");
        Write("etc/apt/sources.list.d/a.sources", "Types: deb\nURIs: http://one.example/debian http://two.example/debian\n# URIs: http://no.example/\n");
        Write("etc/apt/sources.list.d/old.list.disabled", "deb http://off.example/ x y\n");

        await AssertFoundAsync(
            new("apt", new Uri("http://apt.example/debian")), new("apt", new Uri("http://one.example/debian")), new("apt", new Uri("http://two.example/debian")));
    }

    [Fact]
    public async Task Discover_BrokenConfigurationOfOneTool_LeavesTheOthers()
    {
        Write("home/.nuget/NuGet/NuGet.Config", "<configuration");
        Write("home/.npmrc", "registry=https://npm.example/\n");

        await AssertFoundAsync(new PackageRegistry("npm", new Uri("https://npm.example/")));
    }

    private async Task AssertFoundAsync(params PackageRegistry[] expected)
    {
        var machine = new ToolMachine
        {
            Home = Path.Combine(_directory, "home"),
            Root = _directory,
            Variable = name => _variables.GetValueOrDefault(name),
            RunAsync = (program, arguments, _) => Task.FromResult(_tools.GetValueOrDefault($"{program} {string.Join(' ', arguments)}")),
            FetchAsync = (address, _) => Task.FromResult(_pages.GetValueOrDefault(address.AbsoluteUri)),
        };

        var found = await PackageRegistries.DiscoverAsync(machine, TestContext.Current.CancellationToken);

        Assert.Equal(expected, found);
    }

    private void InstallMaven()
    {
        Write("maven/bin/mvn", "");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(_directory, "maven/bin/mvn"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(_directory, "maven/lib"));
        using var jar = ZipFile.Open(Path.Combine(_directory, "maven/lib/maven-model-builder-3.x.jar"), ZipArchiveMode.Create);
        using (var writer = new StreamWriter(jar.CreateEntry("org/apache/maven/model/pom-4.0.0.xml").Open()))
        {
            writer.Write("<project><repositories><repository><id>central</id><url>https://central.example/maven2</url></repository></repositories>"
                + "<pluginRepositories><pluginRepository><url>https://central.example/maven2</url></pluginRepository></pluginRepositories></project>");
        }

        _variables["PATH"] = Path.Combine(_directory, "maven/bin");
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_directory, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
