using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Sandbox.Files.Operations;

namespace Drafthorse.Harness.WorkspaceChecks;

/// <summary>What can be wrong with a text, whatever it is for.</summary>
internal static class TextChecks
{
    private const int MostOdd = 5;

    public static IEnumerable<WorkspaceFinding> Check(string path, byte[] bytes)
    {
        if (FileContent.IsBinary(bytes))
            return [new WorkspaceFinding(path, 0, "it is no text")];
        var text = WorkspaceReader.Decode(bytes);
        if (FileContent.FirstInvalid(bytes) is { } at)
            return [new WorkspaceFinding(path, bytes.AsSpan(0, at).Count((byte)'\n') + 1, "a byte here is not UTF-8")];
        return text.Split('\n').Index().Where(line => ForeignText.Visible(line.Item.TrimEnd('\r')) is var shown && shown != line.Item.TrimEnd('\r')).Take(MostOdd)
            .Select(line => new WorkspaceFinding(path, line.Index + 1, $"there are characters here that nobody sees: {Cut(ForeignText.Line(line.Item.TrimEnd('\r')))}"));
    }

    public static IEnumerable<WorkspaceFinding> CheckJson(string path, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0), new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? [] : [new WorkspaceFinding(path, 1, "it must hold an object or a list")];
        }
        catch (JsonException exception)
        {
            return [new WorkspaceFinding(path, (exception.LineNumber ?? 0) + 1, $"this is not valid JSON: {exception.Message}")];
        }
    }

    private static string Cut(string text) => text.Length <= 80 ? text : $"{text[..80]}…";
}
