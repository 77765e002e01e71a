using Drafthorse.Harness.Sandboxes.Local;

namespace Drafthorse.Tests.Sandboxes;

public sealed class LocalEnvironmentTests
{
    [Fact]
    public void Read_SecretsOfTheHost_AreNotThere()
    {
        Environment.SetEnvironmentVariable("LOCAL_ENVIRONMENT_TESTS_TOKEN", "secret");
        Environment.SetEnvironmentVariable("LOCAL_ENVIRONMENT_TESTS_WANTED", "wanted");

        var environment = LocalEnvironment.Read(["LOCAL_ENVIRONMENT_TESTS_WANTED"]);

        Assert.DoesNotContain("LOCAL_ENVIRONMENT_TESTS_TOKEN", environment.Keys);
        Assert.Equal("wanted", environment["LOCAL_ENVIRONMENT_TESTS_WANTED"]);
        Assert.Contains("PATH", environment.Keys);
    }
}
