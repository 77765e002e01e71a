using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.Memory;

/// <summary>One line that is worth knowing later, and where it comes from.</summary>
internal sealed record Fact
{
    /// <summary>What it says, in one line.</summary>
    public required string Text { get; init; }

    public FactSource Source { get; init; } = new();

    /// <summary>Names the fact: what it says and where it is from.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Text}\n{Source.From}")))[..8];

    /// <summary>The fact as a line of the ledger.</summary>
    public string ToLine() => $"- {Text.Replace("<!--", "< !--", StringComparison.Ordinal)} <!-- {JsonSerializer.Serialize(Source, FactJson.Default.FactSource).Replace("-->", "--\\u003e", StringComparison.Ordinal)} -->";

    /// <summary>A line of a ledger; null when it is none. A line that a person wrote by hand has no source.</summary>
    public static Fact? Parse(string line)
    {
        line = line.Trim();
        if (!line.StartsWith("- ", StringComparison.Ordinal))
            return null;
        var at = line.LastIndexOf(" <!-- {", StringComparison.Ordinal);
        var source = new FactSource { From = "written by hand" };
        var text = line[2..];
        if (at > 0 && line.EndsWith("} -->", StringComparison.Ordinal))
        {
            try
            {
                source = JsonSerializer.Deserialize(line[(at + 6)..^4], FactJson.Default.FactSource) ?? source;
                text = line[2..at];
            }
            catch (JsonException)
            {
                // Somebody wrote over it; what it says stays.
            }
        }

        text = ForeignText.Line(text).Trim();
        return text.Length == 0 ? null : new Fact { Text = text, Source = source };
    }
}

/// <summary>Where a fact comes from.</summary>
internal sealed record FactSource
{
    /// <summary>A message id, or <c>path:line</c> of the base branch.</summary>
    public string From { get; init; } = "";

    /// <summary>Who said it, as the channel names them; empty for a file's.</summary>
    public string By { get; init; } = "";

    public string Thread { get; init; } = "";

    /// <summary>The commit of a file's line; else empty.</summary>
    public string Commit { get; init; } = "";

    /// <summary>When it was confirmed last.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Why it is a proposal; else empty.</summary>
    public string Why { get; init; } = "";
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(FactSource))]
internal sealed partial class FactJson : JsonSerializerContext;
