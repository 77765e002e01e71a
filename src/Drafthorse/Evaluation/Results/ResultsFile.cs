using System.Text.Json;
using Drafthorse.Harness.Text;

namespace Drafthorse.Evaluation.Results;

/// <summary>
/// The results as JSON Lines, each flushed to the disk when it is added. A line that was cut off when the process was killed is taken
/// away, and its repetition runs again.
/// </summary>
internal sealed class ResultsFile : IDisposable
{
    public const string FileName = "results.jsonl";
    private const long MaxBytes = 256L << 20;
    private const int MaxProblems = 5;

    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private readonly List<RepetitionResult> _results = [];

    private ResultsFile(FileStream file) => _file = file;

    /// <summary>What was wrong with lines that are there.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    public IReadOnlyList<RepetitionResult> Results
    {
        get
        {
            lock (_gate)
                return [.. _results];
        }
    }

    /// <summary>Opens the results of a folder, for one process. Throws <see cref="IOException"/>.</summary>
    public static ResultsFile Open(string folder)
    {
        var file = new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var results = new ResultsFile(file);
            results.Read();
            return results;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds a result and has it on the disk.</summary>
    public ReadOnlyMemory<byte> Add(RepetitionResult result)
    {
        var line = JsonText.Visible(JsonSerializer.SerializeToUtf8Bytes(result, ResultJson.Default.RepetitionResult));
        lock (_gate)
        {
            _file.Write([.. line.Span, (byte)'\n']);
            _file.Flush(flushToDisk: true);
            _results.Add(result);
        }

        return line;
    }

    /// <summary>Puts the results aside and begins anew. Returns where they are.</summary>
    public string Archive(DateTimeOffset now)
    {
        var aside = Path.Combine(Path.GetDirectoryName(_file.Name)!, $"results-{now:yyyyMMdd-HHmmss}.jsonl");
        lock (_gate)
        {
            using (var copy = File.Create(aside))
            {
                _file.Position = 0;
                _file.CopyTo(copy);
            }

            _file.SetLength(0);
            _results.Clear();
        }

        return aside;
    }

    public void Dispose() => _file.Dispose();

    private void Read()
    {
        if (_file.Length > MaxBytes)
            throw new IOException($"{_file.Name} is larger than {MaxBytes >> 20} MiB; name another folder with --output.");
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        var (problems, number) = (new List<string>(), 0);
        for (var start = 0; start < whole;)
        {
            number++;
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            try
            {
                if (JsonSerializer.Deserialize(bytes.AsSpan(start, length), ResultJson.Default.RepetitionResult) is { } result)
                    _results.Add(result);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                if (problems.Count < MaxProblems)
                    problems.Add($"{FileName}, line {number} is no result and does not count.");
            }

            start += length + 1;
        }

        Problems = problems;
        _file.SetLength(whole);
        _file.Seek(0, SeekOrigin.End);
    }
}
