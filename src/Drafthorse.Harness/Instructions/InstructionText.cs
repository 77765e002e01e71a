using System.Text;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Instructions;

/// <summary>Puts instructions into words for a model.</summary>
internal static class InstructionText
{
    private const int MostAtTop = 48_000;
    private const int MostNamed = 30;

    /// <summary>What holds for the whole repository, for the system prompt; two files that say the same are told once.</summary>
    public static string OfTop(InstructionSource source, IReadOnlyList<InstructionFile> top, IReadOnlyList<InstructionFile> below)
    {
        var (text, seen, left) = (new StringBuilder(), new HashSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var file in top.Where(file => file is { For: null, About: null }).Concat(below))
        {
            if (!seen.Add(file.Text))
                continue;
            if (text.Length + file.Text.Length > MostAtTop)
                left.Add(ForeignText.Name(file.Path));
            else
                text.Append("\n\n## ").Append(ForeignText.Name(file.Path)).Append('\n').Append(MessageRendering.Escape(file.Text)).Append('\n');
        }

        left.AddRange(top.Where(file => file.About is not null).Select(file => $"{ForeignText.Name(file.Path)}{(file.About is { Length: > 0 } about ? $" ({about})" : "")}"));
        if (left.Count > 0)
            text.Append("\n\nRead these where they fit your task: ").AppendJoin(", ", left.Take(MostNamed)).Append(left.Count > MostNamed ? $" and {left.Count - MostNamed} more" : "");
        return text.Length == 0 ? "" : $"# The repository's instructions (as of {source.AsOf}){text}";
    }

    /// <summary>What holds for a part of the repository.</summary>
    public static GivenInstructions Of(InstructionFile file, InstructionSource source, bool isShort) => new()
    {
        Path = ForeignText.Name(file.Path),
        Scope = file.For is null
            ? $"The repository's instructions for {ForeignText.Name(RepositoryPath.FolderOf(file.Path))}/ and what is below it, as of {source.AsOf}:"
            : $"The repository's instructions for files like {ForeignText.Line(file.Patterns)}, as of {source.AsOf}:",
        Text = isShort ? $"(too much was told already: read {ForeignText.Name(file.Path)} yourself)" : file.Text,
    };
}
