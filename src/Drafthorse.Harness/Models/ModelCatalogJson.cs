using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Models;

/// <summary>The catalog's file: names of models, or of families by the beginning of their names, to what is known of them.</summary>
internal sealed class ModelCatalogFile
{
    public string AsOf { get; init; } = "";

    public Dictionary<string, ModelInfo> Models { get; init; } = [];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(ModelCatalogFile))]
internal sealed partial class ModelCatalogJson : JsonSerializerContext;
