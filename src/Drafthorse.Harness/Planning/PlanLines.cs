using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Planning;

/// <summary>Lines of a plan that a person's message names (<c>line 3</c>, <c>L3-5</c>): they reach the model with the message.</summary>
internal static partial class PlanLines
{
    private const int MostLines = 40;

    /// <summary>The plan with its lines numbered, as people are shown it.</summary>
    public static string Numbered(string plan)
    {
        var lines = plan.Split('\n');
        var width = lines.Length.ToString(CultureInfo.InvariantCulture).Length;
        return string.Join('\n', lines.Select((line, index) => $"{(index + 1).ToString(CultureInfo.InvariantCulture).PadLeft(width)}  {line}"));
    }

    public static InboxEntry Attach(InboxEntry entry, string? plan)
    {
        if (plan is null || Named(entry.Message.Text, plan) is not { Length: > 0 } lines)
            return entry;
        return entry with { Message = entry.Message with { Material = [.. entry.Message.Material ?? [], new QuotedMaterial("lines of the plan that the message names", "your plan", lines)] } };
    }

    private static string Named(string text, string plan)
    {
        var lines = plan.Split('\n');
        var named = new SortedSet<int>();
        foreach (Match match in Reference().Matches(text))
        {
            var first = int.Parse(match.Groups["from"].Value, CultureInfo.InvariantCulture);
            var last = match.Groups["to"] is { Success: true, Value: var to } ? int.Parse(to, CultureInfo.InvariantCulture) : first;
            for (var line = first; line <= Math.Min(last, lines.Length) && named.Count < MostLines; line++)
                named.Add(line);
        }

        named.Remove(0);
        var shown = new StringBuilder();
        foreach (var line in named.Where(line => line <= lines.Length))
            shown.Append(CultureInfo.InvariantCulture, $"{line}: {lines[line - 1]}\n");
        return shown.ToString().TrimEnd();
    }

    [GeneratedRegex(@"\b(?:lines?\s+|L)(?<from>\d{1,4})(?:\s*(?:-|\u2013|to)\s*L?(?<to>\d{1,4}))?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
