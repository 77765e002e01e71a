using YamlDotNet.RepresentationModel;

namespace Drafthorse.Harness.Permissions;

/// <summary>Reads <c>permissions</c>: lists of rules under <c>deny</c>, <c>ask</c> and <c>allow</c>, and a <c>default</c>.</summary>
/// <param name="add">Takes a mistake, with the place where it stands.</param>
internal sealed class PermissionReader(Action<YamlNode, string> add)
{
    private readonly Dictionary<string, PermissionVerdict> _known = new(StringComparer.Ordinal);

    /// <summary>The rules; those that are none are left out and named.</summary>
    public PermissionRules Read(YamlNode value, string source)
    {
        var rules = new PermissionRules { Source = source };
        if (value is not YamlMappingNode mapping)
        {
            add(value, "'permissions' must hold deny, ask, allow or default, each on a line of its own.");
            return rules;
        }

        foreach (var (key, node) in mapping)
        {
            rules = key is YamlScalarNode { Value: { } name } ? name switch
            {
                "deny" => rules with { Deny = ReadList(name, node, PermissionVerdict.Deny) },
                "ask" => rules with { Ask = ReadList(name, node, PermissionVerdict.Ask) },
                "allow" => rules with { Allow = ReadList(name, node, PermissionVerdict.Allow) },
                "default" => rules with { Default = ReadDefault(node) },
                _ => Unknown(key, rules),
            } : Unknown(key, rules);
        }

        return rules;
    }

    /// <summary>The rules of lists that come from settings. Throws <see cref="FormatException"/> for the first mistake.</summary>
    public static PermissionRules Of(string source, IReadOnlyList<string> deny, IReadOnlyList<string> ask, IReadOnlyList<string> allow, string? unnamed)
    {
        var node = new YamlMappingNode { { "deny", List(deny) }, { "ask", List(ask) }, { "allow", List(allow) } };
        if (unnamed is not null)
            node.Add("default", unnamed);
        return new PermissionReader((_, mistake) => throw new FormatException(mistake)).Read(node, source);

        static YamlSequenceNode List(IEnumerable<string> rules) => new(rules.Select(rule => new YamlScalarNode(rule)));
    }

    private List<PermissionRule> ReadList(string name, YamlNode node, PermissionVerdict verdict)
    {
        var rules = new List<PermissionRule>();
        if (node is not YamlSequenceNode list)
        {
            add(node, $"'{name}' must be a list of rules; write each on a line of its own that begins with '- '.");
            return rules;
        }

        if (list.Children.Count > PermissionRules.MaxRules)
            add(node, $"'{name}' has more than {PermissionRules.MaxRules} rules.");
        foreach (var item in list.Children.Take(PermissionRules.MaxRules))
        {
            if (ReadRule(name, item) is not { } rule)
                continue;
            if (_known.TryGetValue(rule.Text, out var other) && other != verdict)
                add(item, $"the rule {rule.Text} stands in '{PermissionRules.Name(other)}' and in '{name}'.");
            _known[rule.Text] = verdict;
            rules.Add(rule);
        }

        return rules;
    }

    private PermissionRule? ReadRule(string name, YamlNode item)
    {
        if (item is not YamlScalarNode { Value: { } text })
            add(item, $"a rule of '{name}' must be text, such as execute(git push); quote one that has a colon.");
        else if (PermissionRule.TryParse(text, out var rule, out var wrong))
            return rule;
        else
            add(item, $"{wrong}.");
        return null;
    }

    private PermissionVerdict ReadDefault(YamlNode node)
    {
        switch (node)
        {
            case YamlScalarNode { Value: "allow" }:
                return PermissionVerdict.Allow;
            case YamlScalarNode { Value: "ask" }:
                return PermissionVerdict.Ask;
            case YamlScalarNode { Value: "deny" }:
                return PermissionVerdict.Deny;
            default:
                add(node, "'default' must be allow, ask or deny.");
                return PermissionVerdict.Deny;
        }
    }

    private PermissionRules Unknown(YamlNode key, PermissionRules rules)
    {
        add(key, "'permissions' has deny, ask, allow and default, and nothing else.");
        return rules;
    }
}
