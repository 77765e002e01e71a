using System.Text.Json;

namespace Drafthorse.Repl;

/// <summary>What was written before, in a file that only its owner reads: one JSON string a line, as messages have lines of their own.</summary>
internal sealed class InputHistory
{
    private const int Kept = 500;
    private readonly string _path;
    private readonly List<string> _entries = [];
    private int _position;
    private string _draft = "";

    public InputHistory(string path)
    {
        _path = path;
        try
        {
            foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
                _entries.Add(JsonSerializer.Deserialize(line, HistoryJson.Default.String)!);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            // A history that cannot be read is none.
        }
    }

    public void Begin() => (_position, _draft) = (_entries.Count, "");

    public string Older(string current)
    {
        _draft = _position == _entries.Count ? current : _draft;
        return _position == 0 ? current : _entries[--_position];
    }

    public string Newer(string current) => _position >= _entries.Count ? current
        : ++_position == _entries.Count ? _draft : _entries[_position];

    public void Add(string text)
    {
        if (_entries.Count > 0 && _entries[^1] == text)
            return;
        _entries.Add(text);
        _entries.RemoveRange(0, Math.Max(0, _entries.Count - Kept));
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(_path, options);
            foreach (var entry in _entries)
                writer.WriteLine(JsonSerializer.Serialize(entry, HistoryJson.Default.String));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is a convenience: the session goes on without it.
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class HistoryJson : System.Text.Json.Serialization.JsonSerializerContext;
