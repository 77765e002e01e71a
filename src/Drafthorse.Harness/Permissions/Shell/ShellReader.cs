using System.Text;

namespace Drafthorse.Harness.Permissions.Shell;

/// <summary>
/// Reads a command line of <c>sh</c> or bash as words of simple commands that are joined by <c>&amp;&amp; || ; |</c> and line ends. A small part
/// of the language, each bit of which both shells read alike; anything else makes the whole line one that is not understood. Linear in its length.
/// </summary>
internal sealed class ShellReader
{
    private const int MaxLength = 16_000;
    private const string Quiet = "/dev/null";

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "!", "{", "}", "if", "then", "elif", "else", "fi", "for", "in", "while", "until", "do", "done", "case", "esac", "select", "function", "time", "coproc", "[[", "]]",
    };

    private readonly string _text;
    private readonly List<List<ShellWord>> _commands = [[]];
    private readonly StringBuilder _word = new();
    private bool _hasWord;
    private bool _isOpen;
    private bool _wasQuoted;
    private bool _mayEnd = true;
    private int _at;
    private string? _unknown;

    private ShellReader(string text) => _text = text;

    public static ShellLine Read(string text) => text.Length > MaxLength
        ? ShellLine.NotUnderstood($"a line of more than {MaxLength} characters")
        : new ShellReader(text).Read();

    private ShellLine Read()
    {
        while (_at < _text.Length && _unknown is null)
            Take(_text[_at]);
        EndWord();
        if (_unknown is null && _commands[^1].Count == 0 && !_mayEnd)
            Refuse("a line that ends with an operator");
        if (_unknown is not null)
            return ShellLine.NotUnderstood(_unknown);
        _commands.RemoveAll(command => command.Count == 0);
        return _commands.Count == 0 ? ShellLine.NotUnderstood("an empty line") : new ShellLine { Commands = _commands };
    }

    private void Take(char letter)
    {
        switch (letter)
        {
            case ' ' or '\t':
                EndWord();
                _at++;
                break;
            case '\n':
                EndWord();
                EndCommand(isOperator: false);
                _at++;
                break;
            case '#' when !_hasWord:
                while (_at < _text.Length && _text[_at] != '\n')
                    _at++;
                break;
            case '\'':
                TakeSingleQuoted();
                break;
            case '"':
                TakeDoubleQuoted();
                break;
            case '\\':
                TakeEscaped();
                break;
            case '$' or '`':
                Refuse(letter == '$' ? "a substitution or a variable" : "a substitution");
                break;
            case '(' or ')':
                Refuse("a subshell, a function or a group");
                break;
            case ';' or '|' or '&':
                TakeOperator(letter);
                break;
            case '<' or '>':
                TakeRedirection(letter);
                break;
            default:
                TakePlain(letter);
                break;
        }
    }

    private void TakePlain(char letter)
    {
        if (char.IsControl(letter) || char.IsWhiteSpace(letter) || letter == '\uFEFF')
        {
            Refuse("a character that nobody sees");
            return;
        }

        _isOpen |= letter is '*' or '?' or '[' or '{' || letter == '~' && !_hasWord;
        Add(letter);
    }

    private void TakeSingleQuoted()
    {
        var end = _text.IndexOf('\'', _at + 1);
        if (end < 0)
        {
            Refuse("a quote that does not end");
            return;
        }

        _word.Append(_text, _at + 1, end - _at - 1);
        (_hasWord, _wasQuoted, _at) = (true, true, end + 1);
    }

    private void TakeDoubleQuoted()
    {
        (_hasWord, _wasQuoted) = (true, true);
        for (_at++; _at < _text.Length; _at++)
        {
            switch (_text[_at])
            {
                case '"':
                    _at++;
                    return;
                case '$' or '`':
                    Refuse("a substitution or a variable");
                    return;
                case '\\' when _at + 1 < _text.Length && _text[_at + 1] is '$' or '`' or '"' or '\\':
                    _word.Append(_text[++_at]);
                    break;
                case '\\' when _at + 1 < _text.Length && _text[_at + 1] == '\n':
                    _at++;
                    break;
                case var letter:
                    _word.Append(letter);
                    break;
            }
        }

        Refuse("a quote that does not end");
    }

    private void TakeEscaped()
    {
        if (_at + 1 >= _text.Length)
        {
            Refuse("a backslash at the end");
            return;
        }

        if (_text[_at + 1] is var letter and not '\n')
        {
            _word.Append(letter);
            (_hasWord, _wasQuoted) = (true, true);
        }

        _at += 2;
    }

    private void TakeOperator(char letter)
    {
        EndWord();
        if (letter == '&' && Next(1) == '>')
        {
            _at++;
            TakeTarget(2);
            return;
        }

        var isDouble = Next(1) == letter;
        if (letter == '&' && !isDouble)
            Refuse("a command in the background by '&'");
        else if (letter == ';' && isDouble || letter == '|' && Next(1) == '&')
            Refuse($"the operator {letter}{Next(1)}");
        else if (_commands[^1].Count == 0)
            Refuse("an operator without a command before it");
        else
            EndCommand(isOperator: letter != ';');
        _at += isDouble ? 2 : 1;
    }

    /// <summary>Only what throws output away, or puts one output into the other, leaves a command what it is.</summary>
    private void TakeRedirection(char letter)
    {
        if (_hasWord && !_wasQuoted && _word.Length == 1 && _word[0] is '0' or '1' or '2')
        {
            _word.Clear();
            _hasWord = false;
        }

        EndWord();
        if (letter == '>' && Next(1) == '&' && Next(2) is '1' or '2' && Next(3) is '\0' or ' ' or '\t' or '\n' or ';' or '|' or '&' or '>')
            _at += 3;
        else
            TakeTarget(letter == '>' && Next(1) == '>' ? 2 : 1);
    }

    private void TakeTarget(int operatorLength)
    {
        var start = _at + (operatorLength == 2 && _text[_at] == '>' && Next(1) == '>' ? 2 : 1);
        while (start < _text.Length && _text[start] is ' ' or '\t')
            start++;
        var end = start + Quiet.Length;
        if (string.CompareOrdinal(_text, start, Quiet, 0, Quiet.Length) != 0 || end < _text.Length && _text[end] is not (' ' or '\t' or '\n' or ';' or '|' or '&' or '>'))
            Refuse("a redirection, a here-document or a process substitution");
        _at = end;
    }

    private void EndWord()
    {
        if (!_hasWord)
            return;
        var text = _word.ToString();
        var isFirst = _commands[^1].Count == 0;
        if (isFirst && !_wasQuoted && Reserved.Contains(text))
            Refuse($"the shell's own word {text}");
        else if (isFirst && text.Contains('=', StringComparison.Ordinal))
            Refuse("a variable that is set");
        else if (text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\t')))
            Refuse("a character that nobody sees");
        else
            _commands[^1].Add(new ShellWord(text, _isOpen && text is not ("[" or "]" or "{}")));
        _word.Clear();
        (_hasWord, _isOpen, _wasQuoted, _mayEnd) = (false, false, false, true);
    }

    private void EndCommand(bool isOperator)
    {
        if (_commands[^1].Count > 0)
            _commands.Add([]);
        _mayEnd = !isOperator && (_mayEnd || _commands[^1].Count > 0);
    }

    private void Add(char letter)
    {
        _word.Append(letter);
        _hasWord = true;
        _at++;
    }

    private char Next(int distance) => _at + distance < _text.Length ? _text[_at + distance] : '\0';

    private void Refuse(string what)
    {
        _unknown ??= what;
        _at = _text.Length;
    }
}
