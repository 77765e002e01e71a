using System.Text.Json;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Models;

/// <summary>A recorded model: sections of turns. Which turn answers follows from the conversation alone, so a process that takes
/// a thread over goes on where the last one stopped.</summary>
public sealed class ModelScript
{
    private const int MaxBytes = 64 << 20;
    private readonly List<List<ScriptTurn>> _sections;

    private ModelScript(List<List<ScriptTurn>> sections) => _sections = sections;

    internal IReadOnlyList<IReadOnlyList<ScriptTurn>> Sections => _sections;

    /// <summary>The family of the model that is recorded; empty = none.</summary>
    internal string Family => _sections[0][0].Family ?? "";

    /// <summary>Reads a script's file.</summary>
    /// <exception cref="ModelException">It cannot be read, or is no script; the message names the line.</exception>
    public static ModelScript Load(string path)
    {
        try
        {
            return Parse(RegularFile.ReadText(path, MaxBytes), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelErrorKind.Configuration, $"The script '{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a script: one JSON object a line, or one JSON array. Empty lines and lines that begin with <c>//</c> are skipped.</summary>
    /// <exception cref="ModelException">It is no script; the message names the line.</exception>
    public static ModelScript Parse(string text, string name = "script")
    {
        ArgumentNullException.ThrowIfNull(text);
        var turns = text.AsSpan().TrimStart().StartsWith("[") ? ParseArray(text, name) : ParseLines(text, name);
        var sections = new List<List<ScriptTurn>>();
        foreach (var turn in turns)
        {
            if ((turn.When ?? turn.WhenResult ?? turn.Declared) is not null || sections.Count == 0)
            {
                sections.Add([]);
            }

            sections[^1].Add(turn);
        }

        return sections.Count > 0
            ? new ModelScript(sections)
            : throw new ModelException(ModelErrorKind.Configuration, $"The script '{name}' has no turns.");
    }

    private static List<ScriptTurn> ParseLines(string text, string name)
    {
        var turns = new List<ScriptTurn>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                turns.Add(JsonSerializer.Deserialize(line, ScriptJson.Default.ScriptTurn) ?? throw new JsonException("could not be converted"));
            }
            catch (JsonException exception)
            {
                throw new ModelException(ModelErrorKind.Configuration, $"{name}, line {number}: {ScriptProblem.Describe(exception, withLine: false)}", exception);
            }
            catch (InvalidOperationException exception)
            {
                throw new ModelException(ModelErrorKind.Configuration, $"{name}, line {number}: a string is not Unicode.", exception);
            }
        }

        return turns;
    }

    private static List<ScriptTurn> ParseArray(string text, string name)
    {
        try
        {
            var turns = JsonSerializer.Deserialize(text, ScriptJson.Default.ListScriptTurn) ?? [];
            return turns.Contains(null!) ? throw new JsonException("could not be converted") : turns;
        }
        catch (JsonException exception)
        {
            throw new ModelException(ModelErrorKind.Configuration, $"{name}, {ScriptProblem.Describe(exception, withLine: true)}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelException(ModelErrorKind.Configuration, $"{name}: a string is not Unicode.", exception);
        }
    }
}
