using System.Text.Json;
using Drafthorse.Harness.Models.Families;
using Drafthorse.Harness.Models.Http;

namespace Drafthorse.Harness.Models;

/// <summary>Reads a catalog's file: names of models, or of families by the beginning of their names, to what is known of them. By
/// hand, as generated JSON code for these types takes 50 ms and more of a process's start.</summary>
internal static class ModelCatalogReader
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads a file over what is known already; what an entry leaves out stays.</summary>
    /// <exception cref="JsonException">The file is not JSON, or a member has the wrong type.</exception>
    public static (string AsOf, Dictionary<string, ModelInfo> Models, Dictionary<string, ModelFamily> Families) Read(
        Stream stream, Dictionary<string, ModelInfo> known, Dictionary<string, ModelFamily> knownFamilies)
    {
        using var document = JsonDocument.Parse(stream, Lenient);
        var models = new Dictionary<string, ModelInfo>(known, StringComparer.OrdinalIgnoreCase);
        var families = new Dictionary<string, ModelFamily>(knownFamilies, StringComparer.OrdinalIgnoreCase);
        try
        {
            if (document.RootElement.Object("models") is { } entries)
            {
                foreach (var entry in entries.EnumerateObject())
                {
                    models[entry.Name] = Read(entry.Value, models.GetValueOrDefault(entry.Name) ?? new ModelInfo());
                }
            }

            if (document.RootElement.Object("families") is { } named)
            {
                foreach (var entry in named.EnumerateObject())
                {
                    families[entry.Name] = ModelFamilyReader.Read(entry.Value, families.GetValueOrDefault(entry.Name) ?? ModelFamily.General);
                }
            }

            return (document.RootElement.String("asOf") ?? "", models, families);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    private static ModelInfo Read(JsonElement entry, ModelInfo info)
    {
        foreach (var member in entry.EnumerateObject())
        {
            info = member.Name switch
            {
                "vendor" => info with { Vendor = member.Value.GetString() ?? "" },
                "family" => info with { Family = member.Value.GetString() ?? "" },
                "contextWindow" => info with { ContextWindow = member.Value.GetInt32() },
                "maxOutput" => info with { MaxOutput = member.Value.GetInt32() },
                "thinking" => info with { Thinking = member.Value.GetString() ?? "" },
                "price" => info with { Price = ReadPrice(member.Value) },
                _ => throw new JsonException($"'{member.Name}' is not a member of a model: vendor, family, contextWindow, maxOutput, thinking, price."),
            };
        }

        return info;
    }

    private static ModelPrice ReadPrice(JsonElement price)
    {
        var read = new ModelPrice();
        foreach (var member in price.EnumerateObject())
        {
            read = member.Name switch
            {
                "input" => read with { Input = member.Value.GetDecimal() },
                "cachedInput" => read with { CachedInput = member.Value.GetDecimal() },
                "cacheWrite" => read with { CacheWrite = member.Value.GetDecimal() },
                "output" => read with { Output = member.Value.GetDecimal() },
                "tiers" => read with { Tiers = ReadTiers(member.Value) },
                _ => throw new JsonException($"'{member.Name}' is not a member of a price: input, cachedInput, cacheWrite, output, tiers."),
            };
        }

        return read;
    }

    private static List<PriceTier> ReadTiers(JsonElement tiers)
    {
        var read = new List<PriceTier>();
        foreach (var tier in tiers.EnumerateArray())
        {
            read.Add(new PriceTier(tier.GetProperty("inputAbove").GetInt32(), tier.GetProperty("inputFactor").GetDecimal(), tier.GetProperty("outputFactor").GetDecimal()));
        }

        return read;
    }
}
