using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>The arguments of a function call: the model's own characters, and what they mean.</summary>
internal static class ToolArguments
{
    public const int LongestId = 512;

    /// <summary>Makes the content of a call, with a name and an id of bounded length. Arguments that are not a JSON object leave
    /// <see cref="FunctionCallContent.Exception"/>.</summary>
    public static FunctionCallContent ToCall(string callId, string name, string raw, ModelSpec? maker = null, string? extra = null)
    {
        name = Cut(name, AnswerBounds.LongestName);
        var call = new FunctionCallContent(Cut(callId, LongestId), name)
        {
            AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Arguments] = raw },
        };
        if (maker is not null && extra is not null)
        {
            call.AdditionalProperties[ModelProperties.Extra] = extra;
            call.AdditionalProperties[ModelProperties.Vendor] = maker.ToString();
        }

        try
        {
            call.Arguments = Parse(raw);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            call.Exception = new JsonException($"The arguments of '{name}' are not a JSON object: {exception.Message}", exception);
        }

        return call;
    }

    /// <summary>The characters that the model wrote, or its parsed arguments written anew when those are not known.</summary>
    public static string RawOf(FunctionCallContent call)
    {
        if (call.AdditionalProperties?.TryGetValue(ModelProperties.Arguments, out var known) == true && known is string raw)
        {
            return raw;
        }

        return call.Arguments is { Count: > 0 } arguments
            ? JsonSerializer.Serialize(arguments, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>)))
            : "{}";
    }

    /// <summary>The characters that the model wrote when they are a JSON object; else an object that quotes them, since a
    /// server that wants an object would refuse the whole conversation for ever.</summary>
    public static string ObjectOf(FunctionCallContent call)
    {
        var raw = RawOf(call);
        if (raw.Length == 0)
        {
            return "{}";
        }

        // Asked for again with every later request: what was read before is not read again, unless it may hide a lone surrogate.
        if (call.Arguments is { Count: > 0 } && !raw.Contains("\\u", StringComparison.Ordinal))
        {
            return raw;
        }

        try
        {
            Parse(raw);
            return raw;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "{\"invalid_arguments\":\"" + JsonEncodedText.Encode(ModelText.WellFormed(raw)) + "\"}";
        }
    }

    public static string Cut(string text, int longest) => text.Length <= longest ? text : ModelText.WellFormed(text[..longest]);

    private static Dictionary<string, object?> Parse(string raw)
    {
        var arguments = new Dictionary<string, object?>();
        if (raw.Length == 0)
        {
            return arguments;
        }

        CheckStrings(raw);
        using var document = JsonDocument.Parse(raw);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"a {document.RootElement.ValueKind} stands where an object belongs");
        }

        foreach (var member in document.RootElement.EnumerateObject())
        {
            arguments[member.Name] = member.Value.Clone();
        }

        return arguments;
    }

    /// <summary>JSON may escape lone surrogates, which throw only when such a string is read: find them now.</summary>
    private static void CheckStrings(string raw)
    {
        if (!raw.Contains("\\u", StringComparison.Ordinal))
        {
            return;
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(raw));
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                reader.GetString();
            }
        }
    }
}
