namespace Drafthorse.Harness.Models.Replies;

/// <summary>How much of one answer is kept: a provider may send for ever, or far more than it was asked for.</summary>
internal sealed class AnswerBounds
{
    /// <summary>The most calls in one answer.</summary>
    public const int MostCalls = 256;

    /// <summary>The longest name of a tool, in characters.</summary>
    public const int LongestName = 128;

    private const long MostCharacters = 4 * 1024 * 1024;
    private const long LeastCharacters = 256 * 1024;

    /// <summary>Several times what a token takes, also where each comes in an event of its own.</summary>
    private const int CharactersPerToken = 64;

    /// <summary>What a piece costs in memory beside its characters.</summary>
    private const int PerPiece = 16;

    /// <summary>What an event's bytes are divided by: what is read and not kept is work and memory too.</summary>
    private const int EventBytesPerCharacter = 32;

    private readonly long _most;
    private long _characters;
    private int _calls;

    /// <param name="maxOutputTokens">The longest answer that was asked for, in tokens; null = not said.</param>
    public AnswerBounds(int? maxOutputTokens) =>
        _most = Math.Clamp((maxOutputTokens ?? int.MaxValue) * (long)CharactersPerToken, LeastCharacters, MostCharacters);

    /// <summary>Counts a piece. Returns why no more is taken, or null.</summary>
    public string? Count(long characters) =>
        (_characters += characters + PerPiece) > _most ? $"it is longer than {_most:N0} characters, which no answer of the length that was asked for is" : null;

    /// <summary>Counts an event, whatever is in it. Returns why no more is taken, or null.</summary>
    public string? CountEvent(int bytes) => Count((bytes / EventBytesPerCharacter) - PerPiece);

    /// <summary>Counts a call. Returns why no more is taken, or null.</summary>
    public string? CountCall() => ++_calls > MostCalls ? $"it asks for more than {MostCalls} calls at once" : null;
}
