using Drafthorse.Harness.Text;

namespace Drafthorse.Tests.Text;

public sealed class PublicWordsTests
{
    [Theory]
    [InlineData("http://10.1.2.3:8080/v1 answered 503", "(an address) answered 503")]
    [InlineData("The engine at unix:///var/run/docker.sock is gone.", "The engine at (an address) is gone.")]
    [InlineData("db.internal.example:5432 refused the connection", "(an address) refused the connection")]
    [InlineData("connect to [::1]:6379 failed", "connect to (an address) failed")]
    [InlineData("192.168.0.7 does not answer", "(an address) does not answer")]
    [InlineData("Thread b9e64919-a003-80b0-934a-f6d0d92f8b37 was lost", "Thread (an id) was lost")]
    [InlineData("sandbox 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef ended", "sandbox (an id) ended")]
    [InlineData("'/root/.drafthorse/state/git/x' cannot be written", "'(a file of the server)' cannot be written")]
    [InlineData(".drafthorse.yml:12: verify must be a list", ".drafthorse.yml:12: verify must be a list")]
    [InlineData("src/Clock.cs:142: expected 3", "src/Clock.cs:142: expected 3")]
    [InlineData("openai:gpt-5 is overloaded; 9.80 of 10 USD are spent", "openai:gpt-5 is overloaded; 9.80 of 10 USD are spent")]
    [InlineData("in /src/acme/widgets the command failed", "in /src/acme/widgets the command failed")]
    public void Of_KeepsWhatPeopleKnow(string said, string shown) => Assert.Equal(shown, PublicWords.Of(said));
}
