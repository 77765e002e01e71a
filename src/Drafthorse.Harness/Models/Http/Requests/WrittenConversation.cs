using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>A conversation as it was written for one model so far. The next request adds what is new, so that its cost does not
/// grow with the age of the thread. Bytes are only added: a request that is still being sent stays whole.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The writer holds nothing but this object's own memory.")]
internal sealed class WrittenConversation
{
    private static readonly JsonWriterOptions Options = new()
    {
        // The body is application/json, never part of a page: fewer escapes, fewer bytes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly Lock _lock = new();
    private readonly WireFormat _format;
    private readonly ArrayBufferWriter<byte> _output = new(16 * 1024);
    private readonly Utf8JsonWriter _json;
    private readonly MessagesWriter _messages;
    private readonly List<ChatMessage> _written = [];
    private readonly int _headLength;
    private readonly string? _instructions;
    private readonly int _version;
    private bool _isBroken;

    public WrittenConversation(WireFormat format, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        _format = format;
        _instructions = options?.Instructions;
        _version = format.Parameters.Version;
        _json = new Utf8JsonWriter(_output, Options);
        _json.WriteStartObject();
        format.WriteHead(_json, options);
        _json.Flush();
        _headLength = _output.WrittenCount;
        _messages = format.BeginMessages(_json, messages, options);
    }

    /// <summary>The request of these messages; null when it does not begin with what was written before.</summary>
    public RequestBody? Extend(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        lock (_lock)
        {
            if (!Continues(messages, options))
            {
                return null;
            }

            if (messages.Count > _written.Count)
            {
                // What a failure leaves half written is never gone on from.
                _isBroken = true;
                _messages.Write(messages, _written.Count);
                _json.Flush();
                _written.AddRange(messages.Skip(_written.Count));
                _isBroken = false;
            }

            return End(messages, options);
        }
    }

    private bool Continues(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (_isBroken || _version != _format.Parameters.Version || messages.Count < _written.Count || _instructions != options?.Instructions)
        {
            return false;
        }

        for (var index = _written.Count - 1; index >= 0; index--)
        {
            if (!ReferenceEquals(messages[index], _written[index]))
            {
                return false;
            }
        }

        return _written.Count == 0 || Members(json => _format.WriteHead(json, options)).AsSpan()[..^1].SequenceEqual(_output.WrittenSpan[.._headLength]);
    }

    private RequestBody End(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        const int Brackets = 3;
        var beginning = _output.WrittenMemory;
        var end = new ArrayBufferWriter<byte>(1024);
        if (messages.Count > 0 && _format.LastMark(messages[^1]) is { Length: > 0 } mark)
        {
            end.Write(mark);
            end.Write(beginning.Span[^Brackets..]);
            beginning = beginning[..^Brackets];
        }

        end.Write("]"u8);
        var tail = Members(json => _format.WriteTail(json, messages, options));
        if (tail.Length > "{}".Length)
        {
            end.Write(","u8);
        }

        end.Write(tail.AsSpan(1));
        return new RequestBody(beginning, end.WrittenMemory);
    }

    /// <summary>Members of an object, and its brackets.</summary>
    private static byte[] Members(Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
