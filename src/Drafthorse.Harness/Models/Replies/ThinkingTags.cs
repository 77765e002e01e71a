using System.Text;

namespace Drafthorse.Harness.Models.Replies;

/// <summary>Parts the thinking that some servers leave in the text, between tags at its very beginning, from the answer, however the text is cut
/// into pieces.</summary>
internal sealed class ThinkingTags
{
    private static readonly string[] Names = ["think", "thinking", "thought", "reasoning"];

    private readonly StringBuilder _held = new();
    private State _state = State.Before;
    private string _close = "";

    private enum State
    {
        Before,
        Inside,
        After,
        Over,
    }

    /// <summary>Takes the next piece of text and returns what it settles, in order.</summary>
    public IEnumerable<(bool IsThinking, string Text)> Take(string piece)
    {
        if (_state == State.Over)
        {
            return [(false, piece)];
        }

        _held.Append(piece);
        return Settle(isLast: false);
    }

    /// <summary>What was held back because it could have become a tag.</summary>
    public IEnumerable<(bool IsThinking, string Text)> End() => _state == State.Over ? [] : Settle(isLast: true);

    private List<(bool, string)> Settle(bool isLast)
    {
        var settled = new List<(bool, string)>();
        if (_state == State.Before && !FindOpening(isLast))
        {
            return settled;
        }

        if (_state == State.Inside)
        {
            var text = _held.ToString();
            var end = text.IndexOf(_close, StringComparison.OrdinalIgnoreCase);
            var thought = end >= 0 ? text[..end] : text[..(text.Length - (isLast ? 0 : PartOf(_close, text)))];
            Add(settled, isThinking: true, thought);
            _held.Remove(0, end >= 0 ? end + _close.Length : thought.Length);
            _state = end >= 0 ? State.After : State.Inside;
        }

        if (_state == State.After)
        {
            // The blank lines between thinking and answer belong to neither.
            var text = _held.ToString().TrimStart();
            _held.Clear();
            if (text.Length > 0)
            {
                _held.Append(text);
                _state = State.Over;
            }
        }

        if (_state == State.Over)
        {
            Add(settled, isThinking: false, _held.ToString());
            _held.Clear();
        }

        return settled;
    }

    /// <summary>Looks whether the text begins with a tag. Returns false while that is open.</summary>
    private bool FindOpening(bool isLast)
    {
        var text = _held.ToString();
        var begin = text.AsSpan().TrimStart();
        foreach (var name in Names)
        {
            var tag = $"<{name}>";
            if (begin.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
            {
                _held.Remove(0, text.Length - begin.Length + tag.Length);
                (_state, _close) = (State.Inside, $"</{name}>");
                return true;
            }

            if (!isLast && begin.Length < tag.Length && tag.AsSpan().StartsWith(begin, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        _state = State.Over;
        return true;
    }

    /// <summary>How many characters at the end of a text may be the beginning of a tag.</summary>
    private static int PartOf(string tag, string text)
    {
        for (var length = Math.Min(tag.Length - 1, text.Length); length > 0; length--)
        {
            if (tag.AsSpan(0, length).Equals(text.AsSpan(text.Length - length), StringComparison.OrdinalIgnoreCase))
            {
                return length;
            }
        }

        return 0;
    }

    private static void Add(List<(bool, string)> settled, bool isThinking, string text)
    {
        if (text.Length > 0)
        {
            settled.Add((isThinking, text));
        }
    }
}
