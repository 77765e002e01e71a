using Drafthorse.Harness.Models;

namespace Drafthorse.Tests.Models;

public sealed class ModelSettingsTests
{
    private const string NoOllama = "http://127.0.0.1:9";

    [Theory]
    [InlineData("DASHSCOPE_API_KEY,OPENAI_API_KEY,ANTHROPIC_API_KEY", "dashscope")]
    [InlineData("OPENAI_API_KEY,ANTHROPIC_API_KEY", "openai")]
    [InlineData("ANTHROPIC_API_KEY", "anthropic")]
    public async Task ChooseAsync_SeveralKeys_OrderOfProvidersDecides(string keys, string provider)
    {
        var settings = ModelTest.Settings([.. keys.Split(',').Select(key => (key, "secret"))]);

        var specs = await settings.ChooseAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(provider, Assert.Single(specs).Provider);
    }

    [Fact]
    public async Task ChooseAsync_NothingUsable_NamesEachVariable()
    {
        var settings = ModelTest.Settings(("OLLAMA_BASE_URL", NoOllama));

        var exception = await Assert.ThrowsAsync<ModelException>(() => settings.ChooseAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(ModelErrorKind.Configuration, exception.Kind);
        foreach (var name in new[] { "DASHSCOPE_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DASHSCOPE_BASE_URL", "OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "OLLAMA_BASE_URL", "DRAFTHORSE_MODEL", "DRAFTHORSE_FALLBACK_MODELS" })
        {
            Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ChooseAsync_NamedModels_ComeFirstWithTheirFallbacks()
    {
        var settings = ModelTest.Settings(
            ("DRAFTHORSE_MODEL", "anthropic:a"), ("DRAFTHORSE_FALLBACK_MODELS", "openai:b,anthropic:a,dashscope:c"),
            ("ANTHROPIC_API_KEY", "x"), ("OPENAI_API_KEY", "x"), ("DASHSCOPE_API_KEY", "x"));

        var specs = await settings.ChooseAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["anthropic:a", "openai:b", "dashscope:c"], specs.Select(spec => spec.ToString()));
    }

    [Fact]
    public async Task ChooseAsync_KeyMissing_NamesItsVariable()
    {
        var settings = ModelTest.Settings(("DRAFTHORSE_MODEL", "anthropic:a"));

        var exception = await Assert.ThrowsAsync<ModelException>(() => settings.ChooseAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("ANTHROPIC_API_KEY", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChooseAsync_OwnServer_NeedsNoKey()
    {
        var settings = ModelTest.Settings(("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1"));

        var specs = await settings.ChooseAsync(ModelSpec.Parse("openai-chat:local"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("openai-chat:local", Assert.Single(specs).ToString());
    }

    [Theory]
    [InlineData("OPENAI_BASE_URL", "not a url")]
    [InlineData("OPENAI_BASE_URL", "ftp://host/v1")]
    [InlineData("OPENAI_BASE_URL", "https://user:secret@host/v1")]
    public async Task ChooseAsync_WrongAddress_NamesTheVariableAndNotTheValue(string name, string value)
    {
        var settings = ModelTest.Settings((name, value), ("OPENAI_API_KEY", "x"));

        var exception = await Assert.ThrowsAsync<ModelException>(() => settings.ChooseAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_WrongModel_NamesTheSetting()
    {
        var exception = Assert.Throws<ModelException>(() => ModelTest.Settings(("DRAFTHORSE_FALLBACK_MODELS", "openai:a,nonsense")));

        Assert.StartsWith("DRAFTHORSE_FALLBACK_MODELS", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChooseAsync_ScriptMissing_NamesTheFile()
    {
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Settings().ChooseAsync(ModelSpec.Parse("script:/nowhere/x.jsonl"), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("/nowhere/x.jsonl", exception.Message, StringComparison.Ordinal);
    }
}
