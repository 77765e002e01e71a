using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Models;

public sealed class ModelCatalogTests
{
    private static ModelInfo Find(string spec) => ModelCatalog.BuiltIn.Find(ModelSpec.Parse(spec));

    [Fact]
    public void BuiltIn_EveryDefaultModel_HasAPrice()
    {
        foreach (var provider in new[] { "dashscope", "openai", "openai-chat", "anthropic" })
        {
            Assert.NotNull(Find(provider).Price);
        }

        Assert.Matches(@"^\d{4}-\d\d-\d\d$", ModelCatalog.BuiltIn.AsOf);
    }

    [Fact]
    public void Find_DatedVersion_IsItsFamily()
    {
        Assert.Equal(Find("anthropic:claude-opus-4-5"), Find("anthropic:claude-opus-4-5-20251101"));
    }

    [Fact]
    public void Find_LongestName_Wins()
    {
        Assert.NotEqual(Find("openai:gpt-5").Price, Find("openai:gpt-5-mini-2025-08-07").Price);
        Assert.Equal(Find("openai:gpt-5-mini").Price, Find("openai:gpt-5-mini-2025-08-07").Price);
    }

    [Fact]
    public void Find_OtherVersionOfTheSameBeginning_IsUnknown()
    {
        Assert.Null(Find("openai:gpt-5.99").Price);
    }

    [Fact]
    public void Find_VendorInFront_IsSkipped()
    {
        Assert.Equal(Find("anthropic:claude-opus-5-5"), Find("openai-chat:anthropic/claude-opus-5-5"));
    }

    [Fact]
    public void Find_Unknown_HasAWindowAndNoPrice()
    {
        var info = Find("openai-chat:something-new");

        Assert.Null(info.Price);
        Assert.True(info.ContextWindow >= 32_000);
    }

    [Fact]
    public void Find_Local_CostsNothing()
    {
        Assert.Equal(0, Find("ollama:llama9").Price!.CostOf(new TokenUsage { Input = 1_000_000, Output = 1_000_000 }));
    }

    [Fact]
    public void Load_UsersFile_IsMergedOverTheBuiltInOne()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, """{ "models": { "gpt-5": { "contextWindow": 7, "price": { "input": 1, "output": 2 } }, /* mine */ "openai-chat:local": { "contextWindow": 9 }, } }""");

        var catalog = ModelCatalog.Load(path);

        Assert.Equal(7, catalog.Find(ModelSpec.Parse("openai:gpt-5")).ContextWindow);
        Assert.Equal(9, catalog.Find(ModelSpec.Parse("openai-chat:local")).ContextWindow);
        Assert.Equal(Find("openai:gpt-5-mini"), catalog.Find(ModelSpec.Parse("openai:gpt-5-mini")));
        File.Delete(path);
    }

    [Theory]
    [InlineData("{ \"models\": [")]
    [InlineData("{ \"models\": { \"x\": 5 } }")]
    [InlineData("{ \"models\": { \"x\": { \"contextWindow\": \"big\" } } }")]
    [InlineData("{ \"models\": { \"x\": { \"window\": 5 } } }")]
    [InlineData("{ \"models\": { \"x\": { \"price\": { \"tiers\": [{}] } } } }")]
    public void Load_BrokenFile_NamesIt(string text)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);

        var exception = Assert.Throws<ModelException>(() => ModelCatalog.Load(path));

        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void CostOf_CachedWrittenAndPlainInput_EachHasItsPrice()
    {
        var price = new ModelPrice { Input = 10, CachedInput = 1, CacheWrite = 12, Output = 50 };

        var cost = price.CostOf(new TokenUsage { Input = 1_000_000, CachedInput = 500_000, CacheWrite = 250_000, Output = 100_000 });

        Assert.Equal(2.5m + 0.5m + 3m + 5m, cost);
    }

    [Fact]
    public void CostOf_LongRequest_CostsByItsTier()
    {
        var price = new ModelPrice { Input = 1, Output = 5, Tiers = [new(32_000, 2, 2), new(128_000, 3, 4)] };

        Assert.Equal(0.032m, price.CostOf(new TokenUsage { Input = 32_000 }));
        Assert.Equal(0.128m * 2, price.CostOf(new TokenUsage { Input = 128_000 }));
        Assert.Equal(0.6m + 0.2m, price.CostOf(new TokenUsage { Input = 200_000, Output = 10_000 }));
    }

    [Fact]
    public void MostFor_CacheWritesCostMore_CountsThem()
    {
        Assert.Equal(12m + 50m, new ModelPrice { Input = 10, CachedInput = 1, CacheWrite = 12, Output = 50 }.MostFor(1_000_000, 1_000_000));
        Assert.Equal(10m, new ModelPrice { Input = 10, Output = 50 }.MostFor(1_000_000, 0));
    }
}
