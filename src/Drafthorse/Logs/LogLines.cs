using System.Globalization;
using Drafthorse.Harness.Text;
using Drafthorse.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Drafthorse.Logs;

/// <summary>The log on the console: one line an entry, whatever its values and its exception hold, with what it is about at its end.</summary>
internal sealed class LogLines(LogOptions options, TimeProvider time) : ConsoleFormatter(LogOptions.Lines)
{
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var exception = logEntry.Exception is null ? "" : $" {logEntry.Exception}";
        var subject = LogSubject.Of(scopeProvider);
        var about = subject.Repository is null ? "" : subject.Issue is null ? $" ({subject.Repository})" : $" ({subject.Repository}#{subject.Issue})";
        textWriter.Write(ForeignText.Line(string.Create(CultureInfo.InvariantCulture, $"{Timestamp()}{Short(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {message}{about}{exception}")));
        textWriter.Write('\n');
    }

    private string Timestamp() => options.TimestampFormat is not { } format ? ""
        : $"{(options.IsUtc ? time.GetUtcNow() : time.GetLocalNow()).ToString(format, CultureInfo.InvariantCulture).TrimEnd()} ";

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
