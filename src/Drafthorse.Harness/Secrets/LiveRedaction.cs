using System.Collections.Concurrent;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Secrets;

/// <summary>Redacts what a run shows while it happens, before it is committed: also a secret that comes in pieces, of which the first is
/// held back until what follows it is known.</summary>
internal sealed class LiveRedaction(SecretRedactor redactor)
{
    private const string Words = "";

    private readonly ConcurrentDictionary<string, string> _held = new(StringComparer.Ordinal);

    /// <summary>What of an event may be shown, in order.</summary>
    public IEnumerable<AgentEvent> Redact(AgentEvent agentEvent)
    {
        switch (agentEvent)
        {
            case TextDelta delta:
                return Take(Words, delta.Text) is { Length: > 0 } text ? [delta with { Text = text }] : [];
            case ToolOutputDelta delta:
                return Take(delta.CallId, delta.Text) is { Length: > 0 } output ? [delta with { Text = output }] : [];
            case TextRestarted restarted:
                End(Words);
                return [restarted with { Reason = redactor.Redact(restarted.Reason) }];
            case JournalAppended { Event: ModelReplied } when End(Words) is { Length: > 0 } rest:
                return [new TextDelta { ThreadId = agentEvent.ThreadId, Text = rest }, agentEvent];
            case JournalAppended { Event: ToolFinished finished } when End(finished.CallId) is { Length: > 0 } rest:
                return [new ToolOutputDelta { ThreadId = agentEvent.ThreadId, CallId = finished.CallId, Text = rest }, agentEvent];
            default:
                return [agentEvent];
        }
    }

    /// <summary>One stream is written by one task; only different ones come side by side.</summary>
    private string Take(string stream, string piece)
    {
        var text = _held.TryGetValue(stream, out var held) ? held + piece : piece;
        var settled = redactor.LengthOfSettled(text);
        if (settled == text.Length)
        {
            _held.TryRemove(stream, out _);
        }
        else
        {
            _held[stream] = text[settled..];
        }

        return redactor.Redact(text[..settled]);
    }

    private string End(string stream) => _held.TryRemove(stream, out var held) ? redactor.Redact(held) : "";
}
