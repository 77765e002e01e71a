using System.Globalization;
using System.Text.Json;

namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>The one reader of providers' errors. Takes the reason from wherever it stands: an object, an array, a string, JSON inside of a
/// string (what a router got from the provider behind it), lists of problems, a proxy's page, plain words.</summary>
internal static class ReasonReader
{
    private const int MostDepth = 8;
    private const int MostMembers = 400;

    public static ProviderReason Read(string body)
    {
        var trimmed = body.AsSpan().Trim('\ufeff').Trim();
        if (trimmed.IsEmpty)
        {
            return ProviderReason.None;
        }

        if (trimmed[0] is '{' or '[' or '"')
        {
            try
            {
                using var document = JsonDocument.Parse(trimmed.ToString());
                return Read(document.RootElement);
            }
            catch (JsonException)
            {
                // Cut or not JSON after all: its words count.
            }
        }

        var words = ErrorText.Shorten(trimmed[0] == '<' ? PageText.Of(trimmed.ToString()) : trimmed.ToString());
        return new ProviderReason { Message = words, RetryAfter = RetryDelays.InWords(words) };
    }

    public static ProviderReason Read(JsonElement root)
    {
        var found = new Found();
        Walk(root, "", 0, found);
        var message = ErrorText.Join(found.Messages);
        return new ProviderReason
        {
            Codes = string.Join(' ', found.Codes.Distinct(StringComparer.OrdinalIgnoreCase).Take(12)),
            Message = message,
            Status = found.Status,
            Parameters = found.Parameters,
            RetryAfter = RetryDelays.Longer(found.Delay, RetryDelays.InWords(message)),
        };
    }

    /// <summary>Whether JSON that came where an answer or a part of it belongs is an error instead.</summary>
    public static bool IsError(JsonElement root, string eventType = "")
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            return root.GetArrayLength() > 0 && root[0].ValueKind == JsonValueKind.Object && IsError(root[0]);
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (eventType == "error" || root.String("type") is "error" or "response.failed" or "response.error" || root.String("object") == "error" || Says(root, "error") || Says(root, "errors"))
        {
            return true;
        }

        if (root.Member("choices") is not null || root.String("type") is not null)
        {
            return false;
        }

        return Says(root, "detail") || Says(root, "error_msg") || Says(root, "errorMessage")
            || (root.String("message") is not null && (root.GetPropertyCount() == 1 || Says(root, "code") || Says(root, "status") || Says(root, "statusCode") || Says(root, "error_code")))
            || (root.Object("base_resp")?.Number("status_code") is { } failed && failed != 0);
    }

    private static bool Says(JsonElement element, string name) => element.Member(name) is { } member && member.ValueKind switch
    {
        JsonValueKind.String => member.Text() is { Length: > 0 },
        JsonValueKind.Array => member.GetArrayLength() > 0,
        JsonValueKind.Object => member.EnumerateObject().MoveNext(),
        JsonValueKind.Number => !member.TryGetInt64(out var number) || number != 0,
        JsonValueKind.True => true,
        _ => false,
    };

    private static void Walk(JsonElement element, string name, int depth, Found found)
    {
        if (depth > MostDepth || ++found.Members > MostMembers)
        {
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Walk(member.Value, ModelText.NameOf(member), depth + 1, found);
                }

                break;
            case JsonValueKind.Array when Is(name, "loc"):
                ReadPlace(element, found);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Walk(item, name, depth + 1, found);
                }

                break;
            case JsonValueKind.String:
                ReadText(element.Text() ?? "", name, depth, found);
                break;
            case JsonValueKind.Number:
                ReadNumber(element, name, found);
                break;
        }
    }

    private static void ReadText(string text, string name, int depth, Found found)
    {
        if (IsAny(name, "code", "type", "status", "error_code", "errorCode", "statusCode", "reason", "@type", "__type"))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                found.TakeStatus(status);
            }

            found.Codes.Add(ErrorText.Shorten(text, 100));
            return;
        }

        if (IsAny(name, "param", "parameter", "param_name"))
        {
            found.Parameters.Add(ErrorText.Shorten(text, 100));
            return;
        }

        if (IsAny(name, "retryDelay", "retry_delay", "retry_after", "retryAfter"))
        {
            found.Delay = RetryDelays.Longer(found.Delay, RetryDelays.OfText(text));
            return;
        }

        if (!IsAny(name, "", "message", "msg", "error", "errors", "detail", "details", "error_message", "errorMessage", "error_msg", "error_description", "status_msg", "description", "title", "raw", "body", "exception", "failed_generation")
            || string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        var json = text.IndexOfAny(['{', '[']);
        if (json >= 0 && Nested(text[json..]) is { } nested)
        {
            using (nested)
            {
                if (text[..json].Trim(' ', '-', ':', '\n', '\r') is { Length: > 0 } before)
                {
                    found.Messages.Add(before);
                }

                Walk(nested.RootElement, "", depth + 1, found);
            }
        }
        else
        {
            found.Messages.Add(text.TrimStart().StartsWith('<') ? PageText.Of(text) : text);
        }
    }

    private static void ReadNumber(JsonElement element, string name, Found found)
    {
        if (IsAny(name, "retry_after", "retryAfter", "retry_after_seconds") && element.TryGetDouble(out var seconds))
        {
            found.Delay = RetryDelays.Longer(found.Delay, RetryDelays.Seconds(seconds));
        }
        else if (IsAny(name, "code", "status", "statusCode", "status_code", "error_code") && element.TryGetInt32(out var status))
        {
            found.TakeStatus(status);
        }
    }

    /// <summary>Where a validator found a problem, such as <c>["body", "stream_options"]</c>: the last name is a parameter.</summary>
    private static void ReadPlace(JsonElement place, Found found)
    {
        found.Parameters.AddRange(place.EnumerateArray().Select(part => part.Text()).OfType<string>().Where(part => part != "body").Select(part => ErrorText.Shorten(part, 100)).Take(4));
        found.Messages.Add(string.Join('.', place.EnumerateArray().Take(8).Select(part => part.Text() ?? part.GetRawText())));
    }

    private static JsonDocument? Nested(string text)
    {
        try
        {
            return JsonDocument.Parse(text.Trim());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static bool IsAny(string name, params ReadOnlySpan<string> known)
    {
        foreach (var one in known)
        {
            if (Is(name, one))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Found
    {
        public List<string> Messages { get; } = [];

        public List<string> Codes { get; } = [];

        public List<string> Parameters { get; } = [];

        public int? Status { get; private set; }

        public TimeSpan? Delay { get; set; }

        public int Members { get; set; }

        /// <summary>The first one is the outermost, which is about this request.</summary>
        public void TakeStatus(int status)
        {
            if (status is >= 400 and < 600)
            {
                Status ??= status;
            }
        }
    }
}
