using Drafthorse.Harness.Models;

namespace Drafthorse.Tests.Models;

public sealed class ModelSpecTests
{
    [Theory]
    [InlineData("openai-chat:qwen3", "openai-chat", "qwen3")]
    [InlineData("ollama:qwen3:8b", "ollama", "qwen3:8b")]
    [InlineData(" Anthropic : claude-x ", "anthropic", "claude-x")]
    [InlineData("script:/a b/demo.jsonl", "script", "/a b/demo.jsonl")]
    public void Parse_ProviderAndModel_SplitsAtFirstColon(string text, string provider, string model)
    {
        var spec = ModelSpec.Parse(text);

        Assert.Equal(new ModelSpec(provider, model), spec);
    }

    [Theory]
    [InlineData("dashscope")]
    [InlineData("openai")]
    [InlineData("openai-chat:")]
    [InlineData("anthropic:")]
    [InlineData("ollama")]
    public void Parse_ProviderAlone_TakesItsDefaultModel(string text)
    {
        Assert.NotEqual("", ModelSpec.Parse(text).Model);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpt-4")]
    [InlineData("mistral:large")]
    [InlineData("script:")]
    public void Parse_NoModel_SaysWhatToWrite(string text)
    {
        var exception = Assert.Throws<ModelException>(() => ModelSpec.Parse(text));

        Assert.Equal(ModelErrorKind.Configuration, exception.Kind);
        Assert.Contains("Write ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseList_EmptyParts_AreSkipped()
    {
        Assert.Equal(["openai:a", "anthropic:b"], ModelSpec.ParseList(" openai:a, ,anthropic:b,").Select(spec => spec.ToString()));
    }
}
