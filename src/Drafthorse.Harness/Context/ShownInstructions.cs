using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Context;

/// <summary>Which files of a repository's instructions a context shows whole, by what they say. Read from the context itself, so that a
/// compaction that cuts or drops one is seen. Never changes.</summary>
internal sealed class ShownInstructions
{
    public static readonly ShownInstructions None = new([], 0);

    private const string Opening = "<notice topic=\"instructions\" id=\"";
    private const int IdLength = 16;
    private const string Closing = "\n</notice>";

    private readonly ImmutableHashSet<string> _ids;

    private ShownInstructions(ImmutableHashSet<string> ids, int length) => (_ids, Length) = (ids, length);

    /// <summary>How many characters are shown.</summary>
    public int Length { get; }

    /// <summary>The files that a compacted context still shows.</summary>
    public static ShownInstructions In(IReadOnlyList<ContextMessage> context)
    {
        var blocks = context.Where(message => message.Role == "user").SelectMany(message => message.Content).Where(IsWhole).ToList();
        return blocks.Count == 0 ? None : new([.. blocks.Select(block => IdIn(block.Text!))], blocks.Sum(block => block.Text!.Length));
    }

    /// <summary>How a file reads. Nobody else's text begins so.</summary>
    public static ContentBlock Render(GivenInstructions file)
    {
        var body = $"\n{MessageRendering.Escape(file.Scope)}\n\n{MessageRendering.Escape(file.Text)}";
        return ContentBlock.OfText($"{Opening}{IdOf(file.Text)}-{IdOf(body)}\" path=\"{MessageRendering.Attribute(file.Path)}\">{body}{Closing}");
    }

    public ShownInstructions With(InstructionsGiven given) =>
        new(_ids.Union(given.Files.Select(file => IdOf(file.Text))), Length + given.Files.Sum(file => file.Text.Length));

    /// <summary>Whether a text is shown, whichever file it was in.</summary>
    public bool Has(string text) => _ids.Contains(IdOf(text));

    private static bool IsWhole(ContentBlock block) => block is { Kind: "text", Text: { } text }
        && text.StartsWith(Opening, StringComparison.Ordinal) && text.EndsWith(Closing, StringComparison.Ordinal)
        && text.IndexOf("\">", StringComparison.Ordinal) is var head and > 0 && head + 2 <= text.Length - Closing.Length
        && text.AsSpan(Opening.Length).IndexOf($"-{IdOf(text[(head + 2)..^Closing.Length])}\"", StringComparison.Ordinal) == IdLength;

    private static string IdIn(string text) => text.Substring(Opening.Length, IdLength);

    private static string IdOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..IdLength];
}
