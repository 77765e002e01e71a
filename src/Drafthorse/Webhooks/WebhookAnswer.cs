using System.Text.Json.Serialization;

namespace Drafthorse.Webhooks;

/// <summary>What a sender of a webhook reads: <c>accepted</c>, <c>ignored</c> or <c>redelivered</c>, and why.</summary>
internal sealed record WebhookAnswer(string Result, string Reason);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(WebhookAnswer))]
internal sealed partial class WebhookJson : JsonSerializerContext;
