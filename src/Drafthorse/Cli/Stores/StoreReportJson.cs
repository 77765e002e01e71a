using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Checks;

namespace Drafthorse.Cli.Stores;

/// <summary>What a check saw, for programs.</summary>
internal static class StoreReportJson
{
    public static string Write(string kind, string place, StoreReport report) =>
        JsonSerializer.Serialize(new StoreReportView(kind, place, report.Total == 0, report.Counts, report.Total, report.Findings), StoreReportContext.Default.StoreReportView);
}

internal sealed record StoreReportView(string Kind, string Store, bool Whole, StoreCounts Counts, int Damaged, IReadOnlyList<StoreFinding> Findings);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoreReportView))]
internal sealed partial class StoreReportContext : JsonSerializerContext;
