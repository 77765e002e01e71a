using Drafthorse.Harness.Text;
using YamlDotNet.RepresentationModel;

namespace Drafthorse.Harness.Brief.Commands;

/// <summary><c>run:</c> lines of a workflow's steps that build, test or check.</summary>
internal static class WorkflowCommands
{
    private const int MaxCommands = 12;

    /// <summary>Throws <see cref="FormatException"/> when the file is no YAML, or not within the bounds of <see cref="StrictYaml"/>.</summary>
    public static IEnumerable<FoundCommand> Find(Manifest file)
    {
        var workflow = StrictYaml.Load(file.Text, (line, problem, inner) => new FormatException($"line {line}: {problem}", inner));
        return [.. Under(workflow, "jobs")
            .SelectMany(job => Under(job, "steps"))
            .SelectMany(step => (Member(step, "run") as YamlScalarNode)?.Value?.Split('\n') ?? [])
            .Select(line => line.Trim())
            .Select(line => (Line: line, Purpose: CommandWords.OfLine(line)))
            .Where(line => line.Purpose is not null)
            .Take(MaxCommands)
            .Select(line => new FoundCommand(line.Purpose!.Value, line.Line, file.Path))];
    }

    private static IEnumerable<YamlNode> Under(YamlNode node, string key) => Member(node, key) switch
    {
        YamlMappingNode mapping => mapping.Children.Values,
        YamlSequenceNode sequence => sequence.Children,
        _ => [],
    };

    private static YamlNode? Member(YamlNode node, string key) =>
        node is YamlMappingNode mapping ? mapping.Children.FirstOrDefault(child => child.Key is YamlScalarNode { Value: { } name } && name == key).Value : null;
}
