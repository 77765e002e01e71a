using System.Text.Json.Serialization;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Search;

/// <summary>The names of the search methods on the wire, and what they answer with inside the sandbox.</summary>
internal static class SearchMethods
{
    public const string Glob = "search.glob", Grep = "search.grep";

    public static WireHandlers AddSearch(this WireHandlers handlers, SearchHandlers search) => handlers
        .Unary(Glob, SearchJson.Default.GlobRequest, SearchJson.Default.GlobResult, (request, cancellationToken) =>
            FileMethods.Answer(() => search.Glob(request, cancellationToken)))
        .Unary(Grep, SearchJson.Default.GrepRequest, SearchJson.Default.GrepResult, (request, cancellationToken) =>
            FileMethods.Answer(() => search.Grep(request, cancellationToken)));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GlobRequest))]
[JsonSerializable(typeof(GlobResult))]
[JsonSerializable(typeof(GrepRequest))]
[JsonSerializable(typeof(GrepResult))]
internal sealed partial class SearchJson : JsonSerializerContext;
