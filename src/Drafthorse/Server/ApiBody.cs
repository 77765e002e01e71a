using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drafthorse.Server;

/// <summary>Reads the JSON object that an endpoint takes. What is wrong with it is said with its place.</summary>
internal static class ApiBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The body, or the problem to answer. A body larger than the server's limit is a <see cref="BadHttpRequestException"/>.</summary>
    public static async Task<(T? Body, IResult? Problem)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
            return (null, Results.Problem(statusCode: StatusCodes.Status415UnsupportedMediaType, title: "not JSON", detail: "Send the body as application/json."));
        using var json = new MemoryStream();
        await request.Body.CopyToAsync(json, cancellationToken);
        return Read(json.GetBuffer().AsMemory(0, (int)json.Length), type);
    }

    private static (T? Body, IResult? Problem) Read<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, Bad($"$ is {Kind(document.RootElement.ValueKind)}; it must be an object."));
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!type.Properties.Any(property => property.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)))
                    return (null, Bad($"$.{Cut(member.Name)} is unknown; the members are {string.Join(", ", type.Properties.Select(property => property.Name))}."));
            }
        }
        catch (JsonException exception)
        {
            return (null, Bad($"{Place(exception)}{WithoutPlace(exception.Message)}"));
        }
        catch (InvalidOperationException)
        {
            return (null, Bad("A member's name is no valid text."));
        }

        try
        {
            return (JsonSerializer.Deserialize(json.Span, type)!, null);
        }
        catch (JsonException exception)
        {
            return (null, Bad($"{Place(exception)}{Cut(exception.Path ?? "$")} {Expected(type, exception.Path)}."));
        }
        catch (InvalidOperationException)
        {
            return (null, Bad("A string is no valid text."));
        }
    }

    private static IResult Bad(string detail) => Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "bad body", detail: detail);

    private static string Place(JsonException exception) =>
        exception is { LineNumber: { } line, BytePositionInLine: { } position } ? $"Line {line + 1}, byte {position + 1}: " : "";

    /// <summary>The serializer's own words name types of this program: only what the parser says of the text is passed on.</summary>
    private static string WithoutPlace(string message) => message.Split(" LineNumber:")[0].Split(" Path:")[0].TrimEnd(' ', '|');

    private static string Expected(JsonTypeInfo type, string? path)
    {
        var property = type.Properties.FirstOrDefault(property => $"$.{property.Name}".Equals(path, StringComparison.OrdinalIgnoreCase))?.PropertyType;
        return property == typeof(string) ? "must be valid text"
            : property == typeof(bool) ? "must be true or false"
            : property is not null && Nullable.GetUnderlyingType(property) == typeof(decimal) ? "must be a number"
            : "has the wrong kind of value";
    }

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Cut(string text) => text.Length <= 100 ? text : $"{text[..100]}...";
}
