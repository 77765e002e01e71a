using Drafthorse.Harness;

namespace Drafthorse.Tests.Agent;

public sealed class BudgetWordsTests
{
    [Theory]
    [InlineData("thread:b9e64919-a003-80b0-934a-f6d0d92f8b37", "the budget of this thread")]
    [InlineData("tokens:thread:b9e64919-a003-80b0-934a-f6d0d92f8b37", "the token budget of this thread")]
    [InlineData("user:github:ada:2026-11-29", "today's budget of ada")]
    [InlineData("tokens:user:http:api:2026-11-29", "today's token budget of the API")]
    [InlineData("repository:github.com/acme/widgets:2026-11-29", "today's budget of acme/widgets")]
    [InlineData("organization:2026-11-29", "today's budget of the organization")]
    public void Of_NamesPeopleAndRepositories(string scope, string words) => Assert.Equal(words, BudgetWords.Of(scope));
}
