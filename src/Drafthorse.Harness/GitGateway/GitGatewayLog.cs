using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.GitGateway;

internal static partial class GitGatewayLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Git connection of thread {ThreadId} was lost")]
    public static partial void ConnectionLost(ILogger logger, ThreadId threadId, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Git request of thread {ThreadId} {Request} refused with {Status}: {Reason}")]
    public static partial void Refused(ILogger logger, ThreadId threadId, string request, int status, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Push of thread {ThreadId}: pushed={Pushed} commit={Commit} {Reason}")]
    public static partial void PushDecided(ILogger logger, ThreadId threadId, bool pushed, string? commit, string reason);
}
