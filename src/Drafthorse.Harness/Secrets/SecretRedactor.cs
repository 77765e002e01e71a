using System.Text;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Secrets;

/// <summary>Replaces known secret values in text: as they are, percent-encoded wholly or in part, and in base64 with whatever belongs to
/// the same encoded value.</summary>
internal sealed class SecretRedactor
{
    private const int MinLength = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly (Regex Form, string Name)[] _forms;
    private readonly string[] _values;

    /// <summary>Knows these secrets, by name; values shorter than 8 characters are left alone, as they would hide ordinary words.</summary>
    public SecretRedactor(IReadOnlyDictionary<string, string> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        _values = [.. secrets.Values.Select(value => value.Trim()).Where(value => value.Length >= MinLength)];
        _forms = [.. secrets
            .Select(secret => (Value: secret.Value.Trim(), Name: secret.Key))
            .Where(secret => secret.Value.Length >= MinLength)
            .OrderByDescending(secret => secret.Value.Length)
            .Select(secret => (new Regex(string.Join('|', Forms(secret.Value)), RegexOptions.CultureInvariant, Patience), secret.Name))];
    }

    /// <summary>The text with every known secret replaced by <c>[redacted: NAME]</c>.</summary>
    public string Redact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var (form, name) in _forms)
            text = form.Replace(text, $"[redacted: {name.Replace("$", "$$", StringComparison.Ordinal)}]");
        return text;
    }

    /// <summary>How much of the beginning of a text can be redacted now: what follows may be a part of a secret whose rest is still to come.</summary>
    public int LengthOfSettled(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_forms.Length == 0)
            return text.Length;

        // Encoded secrets are one word; a secret as it is may have several, or lines.
        var settled = text.Length;
        while (settled > 0 && text[settled - 1] is > ' ' and < '\x7f')
            settled--;
        settled = _values.Aggregate(settled, (least, value) => Math.Min(least, BeginningOf(value, text)));

        // A whole secret is never cut in two.
        for (var before = -1; before != settled;)
        {
            before = settled;
            foreach (var (form, _) in _forms)
                settled = form.Matches(text).FirstOrDefault(match => match.Index < settled && settled < match.Index + match.Length)?.Index ?? settled;
        }

        return settled;
    }

    /// <summary>Where the text's end begins that is the beginning of a value.</summary>
    private static int BeginningOf(string value, string text)
    {
        for (var at = Math.Max(0, text.Length - value.Length + 1); at < text.Length; at++)
        {
            at = text.IndexOf(value[0], at);
            if (at < 0)
                break;
            if (value.AsSpan().StartsWith(text.AsSpan(at), StringComparison.Ordinal))
                return at;
        }

        return text.Length;
    }

    private static IEnumerable<string> Forms(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        yield return string.Concat(value.EnumerateRunes().Select(Percent));

        // In base64 a value looks different at each of the three offsets. The characters that it shares
        // with its neighbours are not looked for; what follows belongs to the same value and goes too, as it tells the secret's end.
        for (var offset = 0; offset < 3; offset++)
        {
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
            var first = (offset * 8 + 5) / 6;
            var last = (offset + bytes.Length) * 8 / 6;
            if (last - first >= MinLength)
                yield return $"{string.Concat(encoded[first..Math.Min(last, encoded.Length)].Select(Base64))}(?:[A-Za-z0-9+/_-]|%2[BbFf])*(?:=|%3[Dd]){{0,2}}";
        }
    }

    private static string Percent(Rune rune)
    {
        var encoded = string.Concat(Encoding.UTF8.GetBytes(rune.ToString()).Select(one => $"%{Digit(one >> 4)}{Digit(one & 15)}"));
        return $"(?:{Regex.Escape(rune.ToString())}|{encoded})";
    }

    private static string Digit(int value) => value < 10 ? $"{value}" : $"[{(char)('A' + value - 10)}{(char)('a' + value - 10)}]";

    private static string Base64(char c) => c switch
    {
        '+' => "(?:[+-]|%2[Bb])",
        '/' => "(?:[/_]|%2[Ff])",
        _ => c.ToString(),
    };
}
