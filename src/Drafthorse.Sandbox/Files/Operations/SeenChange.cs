using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>A change of parts of a file, which the model may have seen in an older version. A quoted part that stands there exactly, and
/// once, is what the model means in any version; with anything less a stale file is refused.</summary>
internal sealed class SeenChange(SeenFiles seen, Location location, EncodedText before)
{
    private readonly string? _changes = seen.Knows(location) ? seen.ChangesOf(location, before.Encode()) : null;

    /// <summary>Works the change out. Throws <see cref="FileException"/>.</summary>
    public T Apply<T>(Func<T> apply, Func<T, bool> wasLoose)
    {
        T result;
        try
        {
            result = apply();
        }
        catch (FileException exception) when (_changes is not null && exception.Kind is FileErrorKind.NoMatch or FileErrorKind.SeveralMatches)
        {
            throw Refusal(exception);
        }

        return _changes is null || !wasLoose(result) ? result : throw Refusal(null);
    }

    /// <summary>What the model should know of a change that was made.</summary>
    public string? Note(bool wasLoose) =>
        wasLoose ? "matched with white space ignored"
        : _changes is not null ? $"the file had changed since you saw it last:\n{_changes}"
        : null;

    private FileException Refusal(FileException? cause)
    {
        seen.Remember(location, before.Encode());
        return SeenFiles.Stale(location, _changes!, "nothing was changed", "Quote the text as it is now", cause);
    }
}
