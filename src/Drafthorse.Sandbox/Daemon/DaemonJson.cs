using System.Text.Json.Serialization;

namespace Drafthorse.Sandbox.Daemon;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AttachRequest))]
[JsonSerializable(typeof(SandboxInfo))]
internal sealed partial class DaemonJson : JsonSerializerContext;
