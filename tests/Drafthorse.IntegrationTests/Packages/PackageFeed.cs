using System.Diagnostics;
using System.IO.Compression;

namespace Drafthorse.IntegrationTests.Packages;

/// <summary>The packages of this checkout in a feed of their own, and an empty folder where a program is built from them alone.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    // Never a version that anybody published: what is restored can only have come from this feed.
    private readonly string _version = $"0.0.1-test{Environment.ProcessId}";
    private readonly string _root = Directory.CreateTempSubdirectory("drafthorse-packages-").FullName;

    public string Checkout { get; } = FindCheckout();

    public string Feed => Path.Combine(_root, "feed");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Checkout, "artifacts/sandboxd/linux-x64/sandboxd")), "no native sandboxd; build it with: deploy/sandbox/build-sandboxd.sh linux-x64");
        await DotnetAsync(Checkout, "pack", "Drafthorse.slnx", "--configuration", "Release", "--no-build", "--output", Feed, $"-p:PackageVersion={_version}");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    public ZipArchive Open(string package, string ending = "nupkg") => ZipFile.OpenRead(Path.Combine(Feed, $"{package}.{_version}.{ending}"));

    /// <summary>Builds a program of these sources and packages, and returns its path.</summary>
    public async Task<string> BuildAsync(string name, IEnumerable<string> packages, IReadOnlyDictionary<string, string> sources)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        foreach (var (file, text) in sources)
            await File.WriteAllTextAsync(Path.Combine(folder, file), text, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"{name}.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>
                <RestoreFallbackFolders>{PackagesOfTheMachine()}</RestoreFallbackFolders>
                <RestorePackagesPath>{Path.Combine(_root, "restored")}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                {string.Join('\n', packages.Select(package => $"<PackageReference Include=\"{package}\" Version=\"{_version}\" />"))}
              </ItemGroup>
            </Project>
            """,
            TestContext.Current.CancellationToken);
        await DotnetAsync(folder, "build", "--configuration", "Release", "--output", Path.Combine(folder, "built"));
        return Path.Combine(folder, "built", name);
    }

    private static async Task DotnetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [.. arguments, "-v", "quiet", "-nologo"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
    }

    private static string PackagesOfTheMachine() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string FindCheckout()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Drafthorse.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("These tests run from a checkout.");
        return directory.FullName;
    }
}
