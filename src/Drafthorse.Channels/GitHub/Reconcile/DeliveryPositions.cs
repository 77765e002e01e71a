using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Channels.GitHub.Reconcile;

/// <summary>Up to when each log is settled, in a file. A lost or broken file costs a longer look back, nothing else.</summary>
internal sealed class DeliveryPositions(string file)
{
    private readonly Dictionary<string, DateTimeOffset> _settled = Read(file);

    public DateTimeOffset? Find(string log) => _settled.TryGetValue(log, out var until) ? until : null;

    public void Set(string log, DateTimeOffset until)
    {
        if (Find(log) == until)
            return;
        _settled[log] = until;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(_settled, PositionsJson.Default.DictionaryStringDateTimeOffset));
        File.Move(file + ".new", file, overwrite: true);
    }

    private static Dictionary<string, DateTimeOffset> Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), PositionsJson.Default.DictionaryStringDateTimeOffset) ?? [];
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return [];
        }
    }
}

[JsonSerializable(typeof(Dictionary<string, DateTimeOffset>))]
internal sealed partial class PositionsJson : JsonSerializerContext;
