using System.Text.Json.Serialization;

namespace Drafthorse.Sandbox.Files;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadFileRequest))]
[JsonSerializable(typeof(ReadFileResult))]
[JsonSerializable(typeof(WriteFileRequest))]
[JsonSerializable(typeof(EditFileRequest))]
[JsonSerializable(typeof(ApplyPatchRequest))]
[JsonSerializable(typeof(DeleteFileRequest))]
[JsonSerializable(typeof(ChangeResult))]
[JsonSerializable(typeof(PathRequest))]
[JsonSerializable(typeof(ListFilesResult))]
internal sealed partial class FileJson : JsonSerializerContext;
