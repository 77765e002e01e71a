using Drafthorse.Evaluation.Runs;
using Drafthorse.Settings;

namespace Drafthorse.Tests.Evaluation;

public sealed class VariantTests
{
    [Theory]
    [InlineData("recorded", "recorded", "")]
    [InlineData("default,without=todos", "default", "todos")]
    [InlineData("openai-chat:qwen3,without=todos,without=compaction", "openai-chat:qwen3", "compaction todos")]
    public void Parse_Setting_HasItsModelAndFeatures(string text, string model, string without)
    {
        var variant = Variant.Parse(text);

        Assert.Equal(text, variant.Label);
        Assert.Equal(model, variant.Model?.ToString() ?? (variant.IsOfSettings ? "default" : "recorded"));
        Assert.Equal(without, string.Join(' ', variant.Without));
    }

    [Theory]
    [InlineData("", "must name one model")]
    [InlineData("recorded,openai:gpt", "must name one model")]
    [InlineData("nonsense", "does not name a model")]
    [InlineData("recorded,without=magic", "there is no feature magic; the features are brief, todos, done-gate, tool-contract, guards, compaction, head-room.")]
    public void Parse_NoSetting_IsRefusedInWords(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<SettingsException>(() => Variant.Parse(text)).Message, StringComparison.Ordinal);}
