using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Models;

/// <summary>The catalog's file: names of models, or of families by the beginning of their names, to what is known of them. Setters,
/// as generated JSON code forgets the defaults of <c>init</c> members.</summary>
internal sealed class ModelCatalogFile
{
    public string AsOf { get; set; } = "";

    public Dictionary<string, ModelCatalogEntry> Models { get; set; } = [];
}

/// <summary>An entry of the file. What it leaves out stays as it is known already.</summary>
internal sealed class ModelCatalogEntry
{
    public string? Vendor { get; set; }

    public int? ContextWindow { get; set; }

    public int? MaxOutput { get; set; }

    public string? Thinking { get; set; }

    public ModelCatalogPrice? Price { get; set; }

    public ModelInfo Over(ModelInfo known) => known with
    {
        Vendor = Vendor ?? known.Vendor,
        ContextWindow = ContextWindow ?? known.ContextWindow,
        MaxOutput = MaxOutput ?? known.MaxOutput,
        Thinking = Thinking ?? known.Thinking,
        Price = Price is null ? known.Price : new ModelPrice
        {
            Input = Price.Input,
            CachedInput = Price.CachedInput,
            CacheWrite = Price.CacheWrite,
            Output = Price.Output,
            Tiers = Price.Tiers,
        },
    };
}

/// <summary>The prices of an entry; they replace all that were known.</summary>
internal sealed class ModelCatalogPrice
{
    public decimal Input { get; set; }

    public decimal? CachedInput { get; set; }

    public decimal? CacheWrite { get; set; }

    public decimal Output { get; set; }

    public List<PriceTier> Tiers { get; set; } = [];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(ModelCatalogFile))]
internal sealed partial class ModelCatalogJson : JsonSerializerContext;
