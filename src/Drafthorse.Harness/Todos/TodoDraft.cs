using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Todos;

/// <summary>A to-do list as a model wrote it: what is wrong with it, and the list that is nearest to it and right.</summary>
internal sealed class TodoDraft(IReadOnlyList<(string Content, string Status)> entries, TodoOptions options)
{
    private const int MostShown = 2_000;
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<string> _contents = [.. entries.Select(entry => OneLine(entry.Content))];

    /// <summary>The list. Means something only when there is no <see cref="Problem"/>.</summary>
    public IReadOnlyList<TodoItem> Items => [.. entries.Select((entry, index) => new TodoItem { Content = _contents[index], Status = TodoStatusNames.Find(entry.Status) ?? default })];

    /// <summary>The first thing that is wrong, and what to do about it; null when all is well.</summary>
    public string? Problem()
    {
        if (entries.Count > options.MaxItems)
            return $"the list has {entries.Count} to-dos; the most are {options.MaxItems}. Put small ones together and leave out those that are completed.";
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < entries.Count; index++)
        {
            var content = _contents[index];
            if (content.Length == 0)
                return $"todos[{index}] has no content. Say what is to be done, or leave it out.";
            if (content.Length > options.MaxLength)
                return $"the content of todos[{index}] has {content.Length} characters; the most are {options.MaxLength}. Say it in fewer words.";
            if (ForeignText.Line(content) is var shown && shown != content)
                return $"the content of todos[{index}] holds characters that nobody sees: {shown}. Write it as plain text.";
            if (TodoStatusNames.Find(entries[index].Status) is null)
                return $"the status of todos[{index}] is none of {string.Join(", ", TodoStatusNames.All)}: {Shown(entries[index].Status)}";
            if (!seen.TryAdd(content, index))
                return $"todos[{index}] says the same as todos[{seen[content]}]. Leave one of them out, or say how they differ.";
        }

        List<int> working = [.. entries.Index().Where(entry => TodoStatusNames.Find(entry.Item.Status) == TodoStatus.InProgress).Select(entry => entry.Index)];
        return working.Count > 1
            ? $"{working.Count} to-dos are in_progress ({string.Join(", ", working.Select(index => $"todos[{index}]"))}); one at most may be. Set the others to pending, or to completed when they are done."
            : null;
    }

    /// <summary>The arguments of the nearest call that is right; null when they are too long to be shown.</summary>
    public string? Nearest()
    {
        var items = new List<TodoItem>();
        foreach (var item in Items.Where(item => entries.Count <= options.MaxItems || item.Status != TodoStatus.Completed))
        {
            var content = Repaired(item.Content);
            var isSecond = item.Status == TodoStatus.InProgress && items.Exists(other => other.Status == TodoStatus.InProgress);
            if (content.Length > 0 && !items.Exists(other => other.Content.Equals(content, StringComparison.OrdinalIgnoreCase)))
                items.Add(new TodoItem { Content = content, Status = isSecond ? TodoStatus.Pending : item.Status });
        }

        return items.Count <= options.MaxItems && Write(items) is { Length: <= MostShown } json ? json : null;
    }

    private string Repaired(string content)
    {
        if (ForeignText.Line(content) != content)
            content = OneLine(string.Concat(content.EnumerateRunes().Where(rune => !ForeignText.IsHidden(rune)).Select(rune => rune.ToString())));
        if (content.Length <= options.MaxLength)
            return content;
        var end = options.MaxLength - 1;
        return $"{content[..(char.IsHighSurrogate(content[end - 1]) ? end - 1 : end)]}…";
    }

    private static string Write(List<TodoItem> items)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("todos");
            foreach (var item in items)
            {
                writer.WriteStartObject();
                writer.WriteString("content", item.Content);
                writer.WriteString("status", TodoStatusNames.Of(item.Status));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Shown(string text) => ForeignText.Line(text.Length <= 40 ? text : $"{text[..40]}…");

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
