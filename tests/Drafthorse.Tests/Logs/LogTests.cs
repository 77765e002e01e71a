using System.Text.Json;
using Drafthorse.Logs;
using Drafthorse.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Logs;

public sealed class LogTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 11, 29, 8, 5, 3, TimeSpan.Zero));
    private static readonly KeyValuePair<string, object?>[] About = [new("Thread", "t1"), new("Repository", "acme/widgets"), new("Issue", 42)];
    private static readonly KeyValuePair<string, object?>[] Values = [new("Count", 3), new("Who", "evil\u001b[2J\ud800"), new("{OriginalFormat}", "x")];

    [Fact]
    public void Lines_HaveTimeAndIssue_WhereAsked()
    {
        var with = Write(new LogLines(new LogOptions { TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ", IsUtc = true }, Time), About);
        var without = Write(new LogLines(new LogOptions(), Time), null);

        Assert.StartsWith("2026-11-29T08:05:03Z warn: Some[7] 3 of evil", with, StringComparison.Ordinal);
        Assert.EndsWith(" (acme/widgets#42)\n", with, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', with);
        Assert.StartsWith("warn: Some[7] 3 of evil", without, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_IsOneObjectALine_WithRepositoryIssueAndValues()
    {
        var text = Write(new LogJson(Time), About);

        var line = JsonDocument.Parse(text).RootElement;
        Assert.Equal(1, text.Count(c => c == '\n'));
        Assert.Equal(("warning", "Some", 7), (line.GetProperty("level").GetString(), line.GetProperty("category").GetString(), line.GetProperty("event").GetInt32()));
        Assert.Equal(("t1", "acme/widgets", "42"), (line.GetProperty("thread").GetString(), line.GetProperty("repository").GetString(), line.GetProperty("issue").GetString()));
        Assert.Equal(3, line.GetProperty("values").GetProperty("Count").GetInt32());
        Assert.Equal(Time.GetUtcNow(), line.GetProperty("at").GetDateTimeOffset());
        Assert.DoesNotContain('\u001b', text);
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Server", LogLevel.Information, false)]
    [InlineData("Drafthorse.Harness", LogLevel.Information, true)]
    [InlineData("Drafthorse.Harness", LogLevel.Debug, false)]
    [InlineData("Microsoft.AspNetCore.Server", LogLevel.Information, true, "Logging:LogLevel:Microsoft.AspNetCore=Information")]
    [InlineData("Drafthorse.Harness", LogLevel.Information, false, "Logging:LogLevel:Default=Warning")]
    [InlineData("Drafthorse.Harness.Egress", LogLevel.Debug, true, "Logging:LogLevel:Drafthorse.Harness.Egress=Debug")]
    public void Levels_OfTheSettings_AreObeyed(string category, LogLevel level, bool expected, params string[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => setting.Split('=')).Select(pair => new KeyValuePair<string, string?>(pair[0], pair[1]))).Build();
        var options = LogOptions.Read(new SettingsReader(configuration));
        using var loggers = LoggerFactory.Create(log => ServerLog.AddTo(log, options));

        Assert.Equal(expected, loggers.CreateLogger(category).IsEnabled(level));
    }

    private static string Write(Microsoft.Extensions.Logging.Console.ConsoleFormatter formatter, object? about)
    {
        var scopes = new LoggerExternalScopeProvider();
        using var scope = about is null ? null : scopes.Push(about);
        using var writer = new StringWriter();
        formatter.Write(new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Warning, "Some", new EventId(7), Values, null, (values, _) => $"{values[0].Value} of {values[1].Value}"), scopes, writer);
        return writer.ToString();
    }
}
