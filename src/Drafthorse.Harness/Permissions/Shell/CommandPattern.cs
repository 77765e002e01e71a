using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Harness.Permissions.Shell;

/// <summary>The first words of simple commands: <c>git push</c> means <c>git push origin main</c> too.</summary>
internal sealed class CommandPattern
{
    /// <summary>A longer word fits a pattern with a star perhaps.</summary>
    private const int MostCompared = 2_000;

    private readonly Word[] _words;

    private CommandPattern(Word[] words) => _words = words;

    public static CommandPattern Of(string text)
    {
        List<string> words = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        while (words.Count > 1 && words[^1] == "*")
            words.RemoveAt(words.Count - 1);
        words[0] = OpaqueCommands.NameOf(words[0]);
        return new CommandPattern([.. words.Select(word => new Word(NamePattern.OfStars(word), word.Contains('*', StringComparison.Ordinal)))]);
    }

    /// <summary>Whether a command is meant: true, false, or null where its words do not tell: the shell makes other words of them, or options stand before what
    /// the rule names.</summary>
    public bool? Match(IReadOnlyList<ShellWord> command)
    {
        for (var at = 0; at < _words.Length; at++)
        {
            if (at >= command.Count)
                return false;
            var word = command[at];
            if (word.IsOpen)
                return null;
            if (IsMatch(_words[at], at == 0 ? OpaqueCommands.NameOf(word.Text) : word.Text) is not { } fits)
                return null;
            if (!fits)
                return at > 0 && word.Text.StartsWith('-') && MayFollow(_words.AsSpan(at), command, at + 1) ? null : false;
        }

        return true;
    }

    private static bool MayFollow(ReadOnlySpan<Word> words, IReadOnlyList<ShellWord> command, int from)
    {
        for (var at = from; at < command.Count && words.Length > 0; at++)
        {
            if (command[at].IsOpen)
                return true;
            if (IsMatch(words[0], command[at].Text) != false)
                words = words[1..];
        }

        return words.Length == 0;
    }

    private static bool? IsMatch(Word pattern, string word) => pattern.HasStar && word.Length > MostCompared ? null : pattern.Form.IsMatch(word);

    private readonly record struct Word(NamePattern Form, bool HasStar);
}
