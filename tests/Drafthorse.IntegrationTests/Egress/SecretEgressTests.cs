using System.Text;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Egress;

public sealed class SecretEgressTests(DockerEngineFixture docker)
{
    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task EveryPlace_AfterCloneAndPush_HoldsNoTokenOfTheCodeHost(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);
        await world.MustAsync("echo one > one.txt; git add one.txt; git commit -qm One; git push -q origin HEAD 2>/dev/null; git fetch -q");
        var needle = "drafthorse-needle-" + Guid.NewGuid().ToString("N");
        string[] secrets = [world.Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes($"x-access-token:{world.Secret}"))];

        // In bubblewrap these are the host's programs, read-only and far too many.
        var programs = kind == SandboxKind.Docker ? "" : "--exclude-dir=usr";

        // The needle shows that a search would find. No search may find itself, so every pattern is put together inside.
        var found = await world.MustAsync(
            $$"""
            export NEEDLE={{needle}}; echo $NEEDLE > ~/needle; git config --global drafthorse.needle $NEEDLE; sleep 60 & sleeper=$!
            look() {
              for f in /proc/[0-9]*/environ /proc/[0-9]*/cmdline; do case $(tr '\0' ' ' 2>/dev/null < $f) in *"$1"*) echo "$2 in $f" ;; esac; done 2>/dev/null
              env | grep -q -- "$1" && echo "$2 in env"
              git config --list --show-origin | grep -q -- "$1" && echo "$2 in git configuration"
              grep -rlsa --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev {{programs}} -- "$1" / 2>/dev/null | sed "s/^/$2 in /"
            }
            {{string.Join('\n', secrets.Select((secret, index) => $"a={secret[..9]}; b={secret[9..]}; look \"$a$b\" secret{index}"))}}
            look "$NEEDLE" needle
            kill $sleeper
            """);

        Assert.DoesNotContain("secret", found, StringComparison.Ordinal);
        Assert.Contains("needle in env", found, StringComparison.Ordinal);
        Assert.Contains("needle in git configuration", found, StringComparison.Ordinal);
        Assert.Contains("/environ", found, StringComparison.Ordinal);
        Assert.Contains("/needle", found, StringComparison.Ordinal);
    }
}
