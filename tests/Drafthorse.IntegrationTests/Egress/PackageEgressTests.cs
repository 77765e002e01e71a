using Drafthorse.Harness.Egress;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>The package tools against a registry of a company's own authority, whose certificate the product's setting brings inside.</summary>
public sealed class PackageEgressTests(DockerEngineFixture docker)
{
    /// <summary>The tools of this machine, which bubblewrap shows inside and a container's image is made of; each prints a word that is
    /// only in its package.</summary>
    private static readonly (string Tool, string Word, string File, string Script)[] Tools =
    [
        ("curl", "hello from outside", "/hello", "curl -sS https://packages.example/hello"),
        (
            "npm", "from npm", "/npm/standin/-/standin-1.0.0.tgz",
            """
            npm install --registry=https://packages.example/npm/ --no-audit --no-fund --no-update-notifier --loglevel=error standin >&2
            node -p 'require("standin")'
            """
        ),
        (
            "python3 -m pip", "from pip", "/pypi/files/standin-1.0-py3-none-any.whl",
            """
            python3 -m pip install -q --disable-pip-version-check --no-cache-dir --index-url https://packages.example/pypi/simple/ --target lib standin >&2
            PYTHONPATH=lib python3 -c 'import standin; print(standin.word)'
            """
        ),
        (
            "dotnet", "from nuget", "/nuget/flat/standin/1.0.0/standin.1.0.0.nupkg",
            """
            export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false MSBUILDDISABLENODEREUSE=1
            echo '<configuration><packageSources><clear /><add key="only" value="https://packages.example/nuget/index.json" /></packageSources></configuration>' > nuget.config
            echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup><PackageReference Include="Standin" Version="1.0.0" /></ItemGroup></Project>' > a.csproj
            dotnet restore -v q --packages packages >&2
            cat packages/standin/1.0.0/content/word.txt
            """
        ),
        (
            "mvn", "extension-1.jar", "/maven/org/example/extension/1/extension-1.jar",
            """
            echo '<settings><mirrors><mirror><id>only</id><mirrorOf>*</mirrorOf><url>https://packages.example/maven/</url></mirror></mirrors></settings>' > settings.xml
            echo '<project><modelVersion>4.0.0</modelVersion><parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>1</version><relativePath/></parent>
              <artifactId>a</artifactId><packaging>pom</packaging>
              <build><extensions><extension><groupId>org.example</groupId><artifactId>extension</artifactId><version>1</version></extension></extensions></build></project>' > pom.xml
            mvn -B -q -C -s settings.xml -Dmaven.repo.local=repository validate >&2
            ls repository/org/example/extension/1 | grep 'jar$'
            """
        ),
    ];

    public static TheoryData<SandboxKind, string> ToolsInSandboxes =>
        new(from kind in new IsolatedSandbox() from tool in Tools select (kind.Data, tool.Tool));

    [Theory]
    [MemberData(nameof(ToolsInSandboxes))]
    public async Task Install_FromAnAllowedRegistry_Works(SandboxKind kind, string tool)
    {
        var (_, word, file, script) = Tools.Single(known => known.Tool == tool);
        var program = tool.Split(' ')[0];
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, program))))
            Assert.Skip($"{program} is not installed; tests/tools/install.sh does it");
        await using var world = await EgressWorld.StartAsync(kind, docker, kind == SandboxKind.Docker ? await docker.GetToolsImageAsync() : null);

        var output = await world.MustAsync(
            $"""
            if env | grep -iE '^[a-z_]*_proxy='; then exit 1; fi
            export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
            {tool} --version >/dev/null
            mkdir /src/work; cd /src/work
            {script}
            """);
        var audit = await world.Audits.TakeAsync(record => record is { Name: PackageHost.Name, Port: 443, Result: EgressResult.Allowed });

        Assert.EndsWith(word, output, StringComparison.Ordinal);
        Assert.Contains(file, world.Packages.Served);
        Assert.True(audit is { BytesUp: > 0, BytesDown: > 0 });
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Https_OfTheCompanysAuthority_IsTrustedByTheSetting(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);

        var refs = await world.MustAsync("git ls-remote https://packages.example/standin.git");
        var without = await world.RunAsync("GIT_SSL_CAINFO=/etc/ssl/certs/ca-certificates.crt git ls-remote https://packages.example/standin.git");

        Assert.Equal($"{new string('a', 40)}\trefs/heads/main", refs.Split('\n')[^1]);
        Assert.NotEqual(0, without.ExitCode);
    }
}
