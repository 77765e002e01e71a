using Drafthorse.Harness.RunTools;

namespace Drafthorse.Harness.Skills;

/// <summary>Lets a model write down how something is done, for people to look at. Touches no sandbox, and asked again it writes the same draft.</summary>
internal sealed class SkillProposeTool(SkillProposals proposals, Func<string, string> redact) : RunTool(
    "skill_propose",
    ToolEffect.Read,
    "Proposes a skill: how a kind of work that will come again is done here. A person looks at it and promotes or rejects it; until then nobody can load it.",
    """
    {"type":"object","required":["name","description","body"],"properties":{"name":{"type":"string","description":"Lower-case letters, digits and hyphens, such as release-notes."},"description":{"type":"string","description":"What it does and when to use it, in a sentence or two."},"body":{"type":"string","description":"The instructions, in Markdown."}}}
    """)
{
    public override async Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var name = arguments.Text("name", "lower-case letters, digits and hyphens").Trim();
        var description = redact(arguments.Text("description", "what the skill does and when to use it"));
        var body = redact(arguments.Text("body", "the instructions", "content", "instructions"));
        var from = $"thread {run.Thread.Id} of {run.Thread.Origin.User}";
        return await proposals.SaveAsync(name, description, body, from, cancellationToken).ConfigureAwait(false) is { } problem
            ? ToolOutput.Error($"{Name}: {problem}", ToolErrorClass.InvalidArguments)
            : ToolOutput.Text($"The skill {name} is proposed. People see it with: drafthorse skills show {name}");
    }
}
