using Drafthorse.Harness.Egress;

namespace Drafthorse.Composition;

/// <summary>The audit of connections, in the log.</summary>
internal static partial class EgressLog
{
    public static void Write(ILogger logger, EgressAudit audit)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        var thread = audit.Thread?.ToString() ?? "";
        LogConnection(logger, thread, audit.Name, audit.Port, audit.Result, audit.Reason, audit.BytesUp, audit.BytesDown);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Egress of thread {Thread} to {Host}:{Port}: {Result} {Reason} ({Up} bytes up, {Down} down)")]
    private static partial void LogConnection(ILogger logger, string thread, string host, int port, EgressResult result, string reason, long up, long down);
}
