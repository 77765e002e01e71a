namespace Drafthorse.Webhooks;

/// <summary>Tells the log of deliveries that nobody signed: a line a minute at most, with how many there were, as anybody can send them.</summary>
internal sealed partial class RefusedDeliveries(TimeProvider time, ILogger<RefusedDeliveries> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private long? _last;
    private int _untold;

    public void Add(string reason, string from)
    {
        int others;
        lock (_gate)
        {
            if (_last is { } last && time.GetElapsedTime(last) < Pause)
            {
                _untold++;
                return;
            }

            (others, _untold, _last) = (_untold, 0, time.GetTimestamp());
        }

        LogRefused(logger, from, reason, others);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A delivery from {From} was refused: {Reason}. {Others} others were refused since the line before")]
    private static partial void LogRefused(ILogger logger, string from, string reason, int others);
}
