using System.Buffers;

namespace Drafthorse.Harness;

/// <summary>A command line. Models with a shell tool of their training give it as a list of words, which are quoted and run.</summary>
internal static class CommandArgument
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+");

    public static string Of(ArgumentReader arguments) => arguments.Texts("command", "cmd") is { } words
        ? words.Count > 0 ? string.Join(' ', words.Select(Quote)) : throw arguments.Missing("command", "a shell command line, such as \"ls -l\"")
        : arguments.Text("command", "a shell command line", "cmd");

    private static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
