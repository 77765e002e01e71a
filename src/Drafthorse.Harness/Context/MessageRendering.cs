using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Context;

/// <summary>How people's messages and code's notices read in the model's context. What people outside wrote is fenced, and the
/// fence's own tags are escaped in it, so that no text can step out of its fence.</summary>
internal static partial class MessageRendering
{
    private const string TodosTag = "\n<todos>\n";
    private const string PlanTag = "\n<plan>\n";

    public static ContextMessage Render(InboxEntry entry)
    {
        var text = new StringBuilder();
        var message = entry.Message;
        text.Append(CultureInfo.InvariantCulture, $"<message from=\"{Attribute(message.Sender)}\" at=\"{entry.EnqueuedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC\">\n");
        text.Append(Escape(message.Text)).Append("\n</message>");
        foreach (var material in message.Material ?? [])
        {
            text.Append(CultureInfo.InvariantCulture, $"\n<material title=\"{Attribute(material.Title)}\" author=\"{Attribute(material.Author)}\">\n");
            text.Append(Escape(material.Text)).Append("\n</material>");
        }

        if (message.AnswerSchema is { } schema)
        {
            text.Append('\n').Append(AnswerFormat(schema));
        }

        var content = new List<ContentBlock> { ContentBlock.OfText(text.ToString()) };
        content.AddRange((message.Images ?? []).Select(image =>
            new ContentBlock { Kind = "image", MediaType = image.MediaType, Data = image.Data.ToArray() }));
        return new ContextMessage { Role = "user", Content = content };
    }

    /// <summary>What the model is told of the form of its last reply.</summary>
    public static string AnswerFormat(string schema) =>
        "<notice topic=\"answer-format\">\nYour last reply of this task, the one without tool calls, must be one JSON value that fits this JSON schema, and nothing else: no words around it.\n"
        + $"{Escape(schema)}\n</notice>";

    public static ContextMessage Render(NoticeGiven notice)
    {
        var output = notice.Output is null ? "" : $"\n<material title=\"output\" author=\"a command\">\n{Escape(notice.Output)}\n</material>";
        return new ContextMessage
        {
            Role = "user",
            Content = [ContentBlock.OfText($"<notice topic=\"{Attribute(notice.Topic)}\">\n{Escape(notice.Text)}\n</notice>{output}")],
        };
    }

    public static ContextMessage Render(EnvironmentDescribed described) => new()
    {
        Role = "user",
        Content = [ContentBlock.OfText($"<notice topic=\"environment\">\n{Escape(described.Text)}\n</notice>{(described.Data.Length == 0 ? "" : $"\n<material title=\"{Attribute(described.Part)}\" author=\"files and programs\">\n{Escape(described.Data)}\n</material>")}")],
    };

    public static ContextMessage Render(WorkspaceChanged changed) => new() { Role = "user", Content = [ContentBlock.OfText($"<notice topic=\"workspace\">\n{Escape(changed.Text)}\n</notice>")] };

    /// <summary>Instructions of a repository's base branch: orders, as notices are.</summary>
    public static ContextMessage Render(InstructionsGiven given) => new() { Role = "user", Content = [.. given.Files.Select(ShownInstructions.Render)] };

    /// <summary>The to-do list as it stands, word for word, for a context that was made shorter.</summary>
    public static ContentBlock Render(IReadOnlyList<TodoItem> todos) => ContentBlock.OfText(
        $"{TodosTag}{Escape(string.Join('\n', todos.Select(todo => $"[{TodoStatusNames.Of(todo.Status)}] {todo.Content}")))}\n</todos>\nThis is your to-do list as it stands; todo_write replaces it.");

    /// <summary>Whether a block was made by <see cref="Render(IReadOnlyList{TodoItem})"/>. Nobody else's text begins so: it stands behind a tag of its own.</summary>
    public static bool IsTodos(ContentBlock block) => block is { Kind: "text", Text: { } text } && text.StartsWith(TodosTag, StringComparison.Ordinal);

    /// <summary>The thread's plan, word for word.</summary>
    public static ContentBlock RenderPlan(string plan, bool isApproved) => ContentBlock.OfText($"{PlanTag}{Escape(plan)}\n</plan>\n" + (isApproved
        ? "A person approved this plan, and plan mode is off. Carry it out, step by step. Its steps are your to-do list: keep their words, set each to completed when it is done, and say at the end what was left out and why. What goes beyond it needs a new plan: plan_enter."
        : "This is your plan as it stands. Nobody has approved it yet; plan_write replaces it."));

    /// <summary>Whether a block was made by <see cref="RenderPlan"/>.</summary>
    public static bool IsPlan(ContentBlock block) => block is { Kind: "text", Text: { } text } && text.StartsWith(PlanTag, StringComparison.Ordinal);

    /// <summary>The text with the opening of every tag that fences something here made harmless.</summary>
    public static string Escape(string text) => FenceTag().Replace(text, "&lt;");

    internal static string Attribute(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");

    // The opening of a fence's tag, also with spaces or invisible characters in it and by the wide form of its bracket: a model reads over those.
    [GeneratedRegex(
        @"[<\uFF1C](?=[\s\p{Cf}]*/?[\s\p{Cf}]*(?:m\p{Cf}*e\p{Cf}*s\p{Cf}*s\p{Cf}*a\p{Cf}*g\p{Cf}*e|m\p{Cf}*a\p{Cf}*t\p{Cf}*e\p{Cf}*r\p{Cf}*i\p{Cf}*a\p{Cf}*l|n\p{Cf}*o\p{Cf}*t\p{Cf}*i\p{Cf}*c\p{Cf}*e|t\p{Cf}*o\p{Cf}*d\p{Cf}*o\p{Cf}*s|s\p{Cf}*u\p{Cf}*m\p{Cf}*m\p{Cf}*a\p{Cf}*r\p{Cf}*y|f\p{Cf}*r\p{Cf}*a\p{Cf}*m\p{Cf}*e|p\p{Cf}*l\p{Cf}*a\p{Cf}*n))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FenceTag();
}
