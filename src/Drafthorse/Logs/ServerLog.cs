using Drafthorse.Settings;
using Microsoft.Extensions.Logging.Console;

namespace Drafthorse.Logs;

/// <summary>The log of the server, on the console.</summary>
internal static class ServerLog
{
    /// <summary>What the server itself has to say; not each request of the web framework, nor why the host did not start: the command says
    /// that. What the settings say of a category's level goes over this.</summary>
    public static void AddTo(ILoggingBuilder log, LogOptions options)
    {
        log.Services.AddSingleton<ConsoleFormatter>(new LogLines(options, TimeProvider.System)).AddSingleton<ConsoleFormatter>(new LogJson(TimeProvider.System));
        log.AddConsole(console => console.FormatterName = options.Format)
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (options.Section is { } section)
            log.AddConfiguration(section);
    }
}
