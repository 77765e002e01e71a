using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drafthorse.Harness.Secrets;

namespace Drafthorse.Channels.GitHub.Api;

/// <summary>One call. Its text names it in errors and never holds the token.</summary>
internal sealed record GitHubRequest(HttpMethod Method, Uri Address, string Token)
{
    public byte[]? Body { get; init; }

    public GitHubRequest With<T>(T body, JsonTypeInfo<T> type) => this with { Body = JsonSerializer.SerializeToUtf8Bytes(body, type) };

    /// <summary>What the other side said, without the token: it may say what it was shown.</summary>
    public string Redact(string text) => new SecretRedactor(new Dictionary<string, string> { ["GitHub token"] = Token }).Redact(text);

    public override string ToString() => $"{Method} {Address.AbsolutePath}";
}
