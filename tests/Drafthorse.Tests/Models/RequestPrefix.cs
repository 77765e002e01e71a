using System.Text;
using System.Text.Json;

namespace Drafthorse.Tests.Models;

/// <summary>What of a request the next one must begin with: everything up to the bracket that closes its messages.</summary>
internal static class RequestPrefix
{
    public static string Of(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var reader = new Utf8JsonReader(bytes);
        var inMessages = false;
        while (reader.Read())
        {
            if (reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName })
            {
                inMessages = reader.ValueTextEquals("messages") || reader.ValueTextEquals("input");
            }
            else if (inMessages && reader is { CurrentDepth: 1, TokenType: JsonTokenType.EndArray })
            {
                return Encoding.UTF8.GetString(bytes.AsSpan(0, (int)reader.TokenStartIndex));
            }
        }

        throw new InvalidOperationException("no messages");
    }
}
