using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Puts the calls of a streamed completion together from their pieces.</summary>
/// <param name="reader">Whose answer they belong to: counts what is kept.</param>
internal sealed class ChatCalls(ReplyReader reader)
{
    private readonly List<PartialCall> _calls = [];

    public void Take(JsonElement piece)
    {
        if (piece.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var function = piece.Object("function");
        var name = function?.Short("name", AnswerBounds.LongestName) ?? "";
        var id = piece.Short("id", ToolArguments.LongestId);
        var arguments = function?.String("arguments") ?? function?.Object("arguments")?.GetRawText() ?? "";
        var call = Find(piece.Number("index"), id, name);
        if (call.Name.Length == 0)
        {
            call.Name = name;
        }

        if (call.Id.Length == 0)
        {
            call.Id = id;
        }

        reader.Count(arguments.Length);
        call.Arguments.Append(arguments);
        reader.Count(call.Extra.Take(piece, "index", "id", "type", "function"));
        if (function is { } inner)
        {
            reader.Count(call.FunctionExtra.Take(inner, "name", "arguments"));
        }
    }

    public IEnumerable<FunctionCallContent> Finish()
    {
        foreach (var call in _calls)
        {
            yield return ToolArguments.ToCall(call.Id, call.Name, call.Arguments.ToString(), reader.Spec, CallExtra.Write(call.Extra, ("function", call.FunctionExtra)));
        }

        _calls.Clear();
    }

    /// <summary>Pieces of a call share an index; servers that send none send whole calls. Some servers give all calls the same index, some
    /// give none an id, and some repeat the name in every piece: what is whole is not gone on with.</summary>
    private PartialCall Find(long? index, string id, string name)
    {
        var call = index is not null ? _calls.FindLast(known => known.Index == index)
            : id.Length > 0 ? _calls.Find(known => known.Id == id)
            : _calls.LastOrDefault();
        if (call is not null && !BeginsAnother(call, id, name))
        {
            return call;
        }

        reader.CountCall();
        call = new PartialCall { Index = index };
        _calls.Add(call);
        return call;
    }

    private static bool BeginsAnother(PartialCall call, string id, string name)
    {
        var hasOtherId = id.Length > 0 && call.Id.Length > 0 && call.Id != id;
        if (name.Length == 0 || call.Name.Length == 0)
        {
            return hasOtherId && name.Length > 0;
        }

        return hasOtherId || (!(id.Length > 0 && call.Id == id) && (call.Name != name || IsWhole(call.Arguments)));
    }

    private static bool IsWhole(StringBuilder arguments)
    {
        if (arguments.Length == 0 || arguments[^1] is not ('}' or ' ' or '\n'))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(arguments.ToString());
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed class PartialCall
    {
        public long? Index { get; init; }

        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();

        public CallExtra Extra { get; } = new();

        public CallExtra FunctionExtra { get; } = new();
    }
}
