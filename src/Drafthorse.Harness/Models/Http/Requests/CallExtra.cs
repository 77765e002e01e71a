using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>Members of a tool call that only its provider understands, such as the signature of the thought behind it. They go back with the
/// call, to the model that made it, or it refuses the conversation.</summary>
internal sealed class CallExtra
{
    private const int MostCharacters = 256 * 1024;

    private readonly SortedDictionary<string, string> _members = new(StringComparer.Ordinal);
    private int _characters;

    /// <summary>Takes the members that are not known; a later value replaces an earlier one. Returns how many characters are new.</summary>
    public int Take(JsonElement element, params ReadOnlySpan<string> known)
    {
        var before = _characters;
        foreach (var member in element.EnumerateObject())
        {
            var name = ModelText.NameOf(member);
            if (name.Length > 0 && member.Value.ValueKind != JsonValueKind.Null && !known.Contains(name) && _characters + JsonMarshal.GetRawUtf8Value(member.Value).Length <= MostCharacters)
            {
                var raw = member.Value.GetRawText();
                _members[name] = raw;
                _characters += raw.Length;
            }
        }

        return _characters - before;
    }

    /// <summary>The members as a JSON object, with those of an inner object under its name; null when there are none.</summary>
    public static string? Write(CallExtra outer, (string Name, CallExtra Extra)? inner = null)
    {
        var members = outer._members.Select(Member).ToList();
        if (inner is { } nested && nested.Extra._members.Count > 0)
        {
            members.Add($"{Quoted(nested.Name)}:{{{string.Join(',', nested.Extra._members.Select(Member))}}}");
        }

        return members.Count == 0 ? null : ModelText.WellFormed($"{{{string.Join(',', members)}}}");
    }

    /// <summary>Writes the members of a call that its own model is told again, or those of an object within them.</summary>
    public static void Write(Utf8JsonWriter json, FunctionCallContent call, ModelSpec target, string? inner = null)
    {
        if (call.AdditionalProperties?.TryGetValue(ModelProperties.Extra, out var known) != true || known is not string text
            || !call.AdditionalProperties.TryGetValue(ModelProperties.Vendor, out var vendor) || vendor as string != target.ToString())
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var from = inner is null ? document.RootElement : document.RootElement.Object(inner);
            if (from is not { } members)
            {
                return;
            }

            foreach (var member in members.EnumerateObject().Where(member => inner is not null || member.Name != "function"))
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A journal that somebody changed: the call goes without.
        }
    }

    private static string Member(KeyValuePair<string, string> member) => $"{Quoted(member.Key)}:{member.Value}";

    private static string Quoted(string name) => $"\"{JsonEncodedText.Encode(ModelText.WellFormed(name))}\"";
}
