using System.Text;

namespace Drafthorse.Harness.Secrets;

/// <summary>Replaces known secret values in text: as they are, in base64, and URL-encoded.</summary>
internal sealed class SecretRedactor
{
    private const int MinLength = 8;
    private readonly (string Value, string Name)[] _forms;

    /// <summary>Knows these secrets, by name; values shorter than 8 characters are left alone, as they would hide ordinary words.</summary>
    public SecretRedactor(IReadOnlyDictionary<string, string> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        _forms = [.. secrets
            .Where(secret => secret.Value.Trim().Length >= MinLength)
            .SelectMany(secret => Forms(secret.Value.Trim()).Select(form => (form, secret.Key)))
            .OrderByDescending(form => form.form.Length)];
    }

    /// <summary>The text with every known secret replaced by <c>[redacted: NAME]</c>.</summary>
    public string Redact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var (value, name) in _forms)
        {
            text = text.Replace(value, $"[redacted: {name}]", StringComparison.Ordinal);
        }

        return text;
    }

    private static IEnumerable<string> Forms(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        yield return value;
        yield return Uri.EscapeDataString(value);

        // In base64 a value looks different at each of the three offsets; the characters that its neighbours touch are left off.
        for (var offset = 0; offset < 3; offset++)
        {
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
            var first = (offset * 8 + 5) / 6;
            var last = (offset + bytes.Length) * 8 / 6;
            if (last - first >= MinLength)
            {
                yield return encoded[first..Math.Min(last, encoded.Length)];
            }
        }
    }
}
