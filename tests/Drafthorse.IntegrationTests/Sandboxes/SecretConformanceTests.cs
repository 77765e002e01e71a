namespace Drafthorse.IntegrationTests.Sandboxes;

public sealed class SecretConformanceTests(DockerEngineFixture docker)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Environment_OfTheHost_HoldsNoSecretInside(SandboxKind kind)
    {
        var secret = $"marker-{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable("GITHUB_TOKEN", secret);
        Environment.SetEnvironmentVariable("SECRET_CONFORMANCE_TESTS_KEY", secret);
        try
        {
            await using var world = await SandboxWorld.CreateAsync(kind, docker);
            await using var session = await world.AcquireAsync();

            var environment = await world.ShellAsync(session, "env");

            Assert.DoesNotContain(secret, environment, StringComparison.Ordinal);
            Assert.Contains("PATH=", environment, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("GITHUB_TOKEN", null);
            Environment.SetEnvironmentVariable("SECRET_CONFORMANCE_TESTS_KEY", null);
        }
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task EveryPlace_Inside_HoldsNoSecretOfTheHost(SandboxKind kind)
    {
        var secret = $"marker-{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable("GITHUB_TOKEN", secret);
        try
        {
            await using var world = await SandboxWorld.CreateAsync(kind, docker);
            await File.WriteAllTextAsync(Path.Combine(world.HostDirectory, "secret"), secret, Token);
            await using var session = await world.AcquireAsync();
            var half = secret.Length / 2;

            // The search must not find itself: the pattern is put together from its halves.
            var found = await world.ShellAsync(
                session,
                $"""
                a={secret[..half]}; b={secret[half..]}
                for f in /proc/[0-9]*/environ /proc/[0-9]*/cmdline; do
                  case $(tr '\0' ' ' 2>/dev/null < $f) in *"$a$b"*) echo "in $f" ;; esac
                done 2>/dev/null
                git config --list --show-origin 2>/dev/null | grep "$a$b"
                grep -rlsI --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude-dir=usr "$a$b" / 2>/dev/null
                true
                """);

            Assert.Equal("", found);
        }
        finally
        {
            Environment.SetEnvironmentVariable("GITHUB_TOKEN", null);
        }
    }
}
