namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>
/// The results of changes by call id: a call that is sent twice happens once, and a new owner that sends it again gets its outcome.
/// The oldest are forgotten when there are too many.
/// </summary>
internal sealed class CallResults
{
    private const int Kept = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lazy<Outcome>> _outcomes = [];
    private readonly Queue<string> _ages = [];

    /// <summary>Does the work unless the call was seen before; gives the first outcome either way.</summary>
    public ChangeResult Once(string? callId, Func<ChangeResult> work)
    {
        if (string.IsNullOrEmpty(callId))
        {
            return work();
        }

        Lazy<Outcome>? outcome;
        lock (_lock)
        {
            if (!_outcomes.TryGetValue(callId, out outcome))
            {
                outcome = new Lazy<Outcome>(() => Run(work));
                _outcomes.Add(callId, outcome);
                _ages.Enqueue(callId);
                if (_ages.Count > Kept)
                {
                    _outcomes.Remove(_ages.Dequeue());
                }
            }
        }

        return outcome.Value.Result ?? throw new FileException(outcome.Value.ErrorKind, outcome.Value.Error!);
    }

    private static Outcome Run(Func<ChangeResult> work)
    {
        try
        {
            return new Outcome(work(), null, default);
        }
        catch (FileException exception)
        {
            return new Outcome(null, exception.Message, exception.Kind);
        }
    }

    private sealed record Outcome(ChangeResult? Result, string? Error, FileErrorKind ErrorKind);
}
