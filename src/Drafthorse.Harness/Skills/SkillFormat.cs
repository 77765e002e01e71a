using System.Text;
using Drafthorse.Harness.Text;
using YamlDotNet.RepresentationModel;

namespace Drafthorse.Harness.Skills;

/// <summary>Reads a SKILL.md by the Agent Skills format (https://agentskills.io/specification). Stricter than it in two things: anchors and aliases
/// are refused, as they can make a small file enormous, and a file has at most 256 KiB.</summary>
internal static class SkillFormat
{
    public const int MostName = 64, MostDescription = 1024, MostCompatibility = 500, MostBytes = 256 * 1024;

    private static readonly string[] Fields = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"];

    /// <summary>The skill, or null when something is wrong with it.</summary>
    /// <param name="folder">The name of its folder.</param>
    /// <param name="text">The file's text.</param>
    public static (SkillFile? Skill, IReadOnlyList<SkillProblem> Problems) Read(string folder, string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MostBytes)
            return (null, [new SkillProblem(1, $"the file has more than {MostBytes / 1024} KiB; move what is long to files beside it")]);
        var (head, body) = Split(text);
        if (head is null)
            return (null, [new SkillProblem(1, text.StartsWith("---", StringComparison.Ordinal) ? "the head is not closed: it ends with a line of three hyphens" : "the file must begin with a head: a line of three hyphens, name and description, a line of three hyphens")]);
        try
        {
            var map = StrictYaml.Load(head, (line, what, _) => new HeadException(line + 1, what));
            var problems = new List<SkillProblem>();
            var skill = Read(folder, map, body!, problems);
            return problems.Count == 0 ? (skill, []) : (null, problems);
        }
        catch (HeadException exception)
        {
            return (null, [new SkillProblem(exception.Line, exception.Message)]);
        }
    }

    /// <summary>Where YAML begins in the file: its first line is that of the hyphens.</summary>
    private static (string? Head, string? Body) Split(string text)
    {
        using var lines = new StringReader(text);
        if (lines.ReadLine()?.TrimEnd() != "---")
            return (null, null);
        var head = new StringBuilder();
        while (lines.ReadLine() is { } line)
        {
            if (line.TrimEnd() == "---")
                return (head.ToString(), lines.ReadToEnd().Trim());
            head.Append(line).Append('\n');
        }

        return (null, null);
    }

    private static SkillFile Read(string folder, YamlMappingNode map, string body, List<SkillProblem> problems)
    {
        foreach (var (key, value) in map.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } || !Fields.Contains(name))
                problems.Add(new SkillProblem(key.Start.Line + 1, $"unexpected field {ForeignText.Line($"{key}")}: only {string.Join(", ", Fields)} are known; what is your own goes into metadata"));
            else if (name == "metadata" ? value is not (YamlMappingNode or YamlScalarNode) : value is not YamlScalarNode)
                problems.Add(new SkillProblem(value.Start.Line + 1, name == "metadata" ? "metadata must be key: value lines" : $"{name} must be a text"));
        }

        var (skillName, nameLine) = Text(map, "name");
        var (description, descriptionLine) = Text(map, "description");
        var (compatibility, compatibilityLine) = Text(map, "compatibility");
        CheckName(folder, skillName, nameLine, problems);
        if (string.IsNullOrWhiteSpace(description))
            problems.Add(new SkillProblem(descriptionLine, "description is missing: say in a sentence or two what the skill does and when to use it"));
        else if (description.Length > MostDescription)
            problems.Add(new SkillProblem(descriptionLine, $"description has {description.Length} characters; the most are {MostDescription}"));
        if (compatibility?.Length > MostCompatibility)
            problems.Add(new SkillProblem(compatibilityLine, $"compatibility has {compatibility.Length} characters; the most are {MostCompatibility}"));
        return new SkillFile
        {
            Name = (skillName ?? "").Trim().Normalize(NormalizationForm.FormKC),
            Description = description?.Trim() ?? "",
            License = Text(map, "license").Text,
            Compatibility = compatibility,
            AllowedTools = Text(map, "allowed-tools").Text,
            Metadata = map.Children.TryGetValue(new YamlScalarNode("metadata"), out var metadata) && metadata is YamlMappingNode pairs
                ? pairs.Children.GroupBy(pair => $"{pair.Key}").ToDictionary(pair => pair.Key, pair => $"{pair.First().Value}", StringComparer.Ordinal)
                : new Dictionary<string, string>(),
            Body = body,
        };
    }

    private static void CheckName(string folder, string? name, long line, List<SkillProblem> problems)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            problems.Add(new SkillProblem(line, "name is missing: it is the name of the skill's folder"));
            return;
        }

        var normal = name.Trim().Normalize(NormalizationForm.FormKC);
        void Add(string what) => problems.Add(new SkillProblem(line, $"name {ForeignText.Line(normal.Length > MostName ? $"{normal[..MostName]}…" : normal)} {what}"));
        if (normal.Length > MostName)
            Add($"has {normal.Length} characters; the most are {MostName}");
        if (normal.EnumerateRunes().Any(rune => Rune.ToLowerInvariant(rune) != rune))
            Add("must be in lower case");
        if (normal.StartsWith('-') || normal.EndsWith('-'))
            Add("must not begin or end with a hyphen");
        if (normal.Contains("--", StringComparison.Ordinal))
            Add("must not have two hyphens in a row");
        if (!normal.EnumerateRunes().All(rune => Rune.IsLetter(rune) || rune.Value is (>= '0' and <= '9') or '-' or (>= 0x300 and <= 0x36F)))
            Add("may have only letters, digits and hyphens");
        if (folder.Normalize(NormalizationForm.FormKC) != normal)
            Add($"must be that of its folder, {ForeignText.Name(folder)}");
    }

    private static (string? Text, long Line) Text(YamlMappingNode map, string field) =>
        map.Children.TryGetValue(new YamlScalarNode(field), out var value) ? ((value as YamlScalarNode)?.Value, value.Start.Line + 1) : (null, 1);

    private sealed class HeadException(long line, string message) : Exception(message)
    {
        public long Line { get; } = line;
    }
}
