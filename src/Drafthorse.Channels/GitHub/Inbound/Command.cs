using System.Text.RegularExpressions;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>What a comment asks of Drafthorse itself. Everything else is words for the model.</summary>
internal abstract partial record Command
{
    /// <summary>Cancels what is under way.</summary>
    public sealed record Stop : Command;

    /// <summary>Asks how it stands.</summary>
    public sealed record Status : Command;

    /// <summary>Wants a plan to be agreed first; what follows is the message.</summary>
    public sealed record Plan(string Rest) : Command;

    /// <summary>Answers an approval.</summary>
    /// <param name="Approves">Yes or no.</param>
    /// <param name="Hash">The digits that say which one, or null.</param>
    /// <param name="Words">What stands behind it; for a no, why.</param>
    public sealed record Answer(bool Approves, string? Hash, string Words) : Command;

    /// <summary>Chooses the model; what follows is the message.</summary>
    public sealed record Model(string Spec, string Rest) : Command;

    /// <summary>A command that this build does not have.</summary>
    public sealed record Unavailable(string Name) : Command;

    private static readonly char[] EndOfSentence = ['.', '!', '?', '\u3002', '\uFF01', '\uFF1F'];

    /// <summary>
    /// The command right after the mention, or null. A command word with more words behind it is plain speech
    /// ("stop using var"), but for <c>model SPEC</c> and <c>link THREAD</c>, whose argument has a shape of its own.
    /// </summary>
    public static Command? Parse(string afterMention)
    {
        var text = afterMention.TrimStart(' ', '\t', ',', ':', '\u3000', '\uFF0C', '\u3001', '\uFF1A');
        var line = text.Split('\n', 2)[0].Trim();
        if (ModelLine().Match(line) is { Success: true } model)
        {
            if (model.Groups["one"] is { Success: true, Value: var one })
                return new Model(one, text[Math.Min(text.Length, text.Split('\n', 2)[0].Length)..].Trim());
            var rest = model.Groups[2].Value + text[Math.Min(text.Length, text.Split('\n', 2)[0].Length)..];
            return new Model(model.Groups[1].Value, rest.Trim());
        }

        if (PlanText().Match(text) is { Success: true } plan)
            return new Plan(plan.Groups["rest"].Value.Trim());
        if (AnswerText().Match(text) is { Success: true } answer)
        {
            return new Answer(
                answer.Groups["word"].Value.Equals("approve", StringComparison.OrdinalIgnoreCase),
                answer.Groups["hash"] is { Success: true, Value: var hash } ? hash.ToLowerInvariant() : null,
                answer.Groups["rest"].Value.Trim(' ', '\t', '\r', '\n', ',', ':', '.', '!', '\u3002', '\uFF01', '\uFF0C', '\uFF1A'));
        }

        if (LinkLine().IsMatch(line))
            return new Unavailable("link");
        return line.TrimEnd(EndOfSentence).ToLowerInvariant() switch
        {
            "stop" => new Stop(),
            "status" => new Status(),
            "review" => new Unavailable(line.TrimEnd(EndOfSentence).ToLowerInvariant()),
            _ => null,
        };
    }

    [GeneratedRegex(@"^model\s+(?:([a-z][a-z-]{0,30}:[\w./:@+-]{1,150})(?:\s+(.*))?|(?<one>\S{1,200}))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ModelLine();

    [GeneratedRegex(@"^plan(?:[ \t]*[.!\u3002\uFF01]?[ \t]*(?:\r?\n(?<rest>.*))?|[ \t]*[:\uFF1A](?<rest>.*))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex PlanText();

    [GeneratedRegex(@"^(?<word>approve|reject)(?![\w-])(?:\s+`?(?<hash>[0-9a-f]{8,64})`?(?!\w))?(?<rest>.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex AnswerText();

    [GeneratedRegex(@"^link\s+(?:[0-9a-f-]{36}|\w+:\S+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LinkLine();
}
