using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Drafthorse.Harness.Drafts.Settings;

/// <summary>Reads <c>services</c>: a list, each with <c>name</c> and <c>command</c>, and maybe <c>ready</c> and <c>environment</c>.</summary>
internal sealed partial class ServiceReader(Action<YamlNode, string> add)
{
    private const int MostServices = 10, MostVariables = 50, MostCharacters = 4000;

    public IReadOnlyList<RepositoryService> Read(YamlNode value)
    {
        if (value is not YamlSequenceNode { Children: var items })
        {
            add(value, "'services' must be a list; each begins with '- name: ' and has a command on the next line.");
            return [];
        }

        if (items.Count > MostServices)
            add(value, $"'services' has more than {MostServices} of them.");
        List<RepositoryService> services = [.. items.Take(MostServices).Select(ReadOne).OfType<RepositoryService>()];
        if (services.DistinctBy(service => service.Name).Count() < services.Count)
            add(value, "two services have the same name.");
        return services;
    }

    private RepositoryService? ReadOne(YamlNode node)
    {
        if (node is not YamlMappingNode mapping)
        {
            add(node, "a service has name and command, and maybe ready and environment.");
            return null;
        }

        var service = new RepositoryService { Name = "", Command = "" };
        foreach (var (key, value) in mapping)
        {
            service = (key as YamlScalarNode)?.Value switch
            {
                "name" => service with { Name = Text(value, text => Name().IsMatch(text), "the name of a service must be 1 to 30 letters, digits or hyphens, such as db.") },
                "command" => service with { Command = Command(value, "command") },
                "ready" => service with { Ready = Command(value, "ready") },
                "environment" => service with { Environment = Variables(value) },
                _ => Unknown(key, service),
            };
        }

        if (!mapping.Children.ContainsKey("name") || !mapping.Children.ContainsKey("command"))
            add(node, "a service needs a name and a command.");
        return service.Name.Length == 0 || service.Command.Length == 0 ? null : service;
    }

    private RepositoryService Unknown(YamlNode key, RepositoryService service)
    {
        add(key, "a service has name, command, ready and environment, and nothing else.");
        return service;
    }

    private string Command(YamlNode value, string name) =>
        Text(value, SettingsRules.IsCommand, $"'{name}' of a service must be a shell command.");

    private Dictionary<string, string> Variables(YamlNode value)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (value is not YamlMappingNode { Children: { Count: <= MostVariables } children })
        {
            add(value, $"'environment' of a service must hold at most {MostVariables} lines NAME: value.");
            return variables;
        }

        foreach (var (key, text) in children)
        {
            if (key is YamlScalarNode { Value: { } name } && Variable().IsMatch(name))
                variables[name] = Text(text, candidate => !candidate.Contains('\0', StringComparison.Ordinal), $"'{name}' must be a text of at most {MostCharacters} characters.");
            else
                add(key, "the name of a variable has letters, digits and underscores, and does not begin with a digit.");
        }

        return variables;
    }

    private string Text(YamlNode value, Predicate<string> isValid, string mistake)
    {
        if (value is YamlScalarNode { Value: { Length: <= MostCharacters } text } && isValid(text))
            return text;
        add(value, mistake);
        return "";
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,29}$")]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
    private static partial Regex Variable();
}
