using System.Globalization;
using System.Text;
using Drafthorse.Harness.Permissions;
using Drafthorse.Harness.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drafthorse.Harness.Drafts.Settings;

/// <summary>Reads <c>.drafthorse.yml</c> strictly: known keys, exact types, no aliases, bounded.</summary>
internal sealed class SettingsReader(string text)
{
    private const int MaxItems = 50;
    private const int MaxItemLength = 4000;
    private const int MaxMistakes = 20;

    private static readonly string[] Keys =
    [
        "setup", "verify", "maxFixRounds", "egress", "branchPrefix", "reviewers", "labels", "budgetUsd", "model", "review", "council",
        "pushToPullRequestBranch", "sandbox", "plan", "permissions", "services",
    ];

    private readonly List<SettingsMistake> _mistakes = [];
    private RepositorySettings _settings = new();

    public RepositorySettings Read()
    {
        if (Encoding.UTF8.GetByteCount(text) > RepositorySettings.MaxBytes)
            throw Mistaken(1, $"the file is larger than {RepositorySettings.MaxBytes / 1024} KiB; keep commands in scripts of the repository.", null);
        foreach (var (key, value) in StrictYaml.Load(text, Mistaken))
        {
            if (key is not YamlScalarNode { Value: { } name })
                Add(key, "keys must be plain words.");
            else
                Read(name, key, value);
        }

        return _mistakes.Count == 0 ? _settings : throw new RepositorySettingsException([.. _mistakes.OrderBy(mistake => mistake.Line).Take(MaxMistakes)]);
    }

    private static RepositorySettingsException Mistaken(long line, string message, Exception? inner) =>
        new([new SettingsMistake((int)Math.Max(1, line), message)], inner);

    private void Read(string name, YamlNode key, YamlNode value)
    {
        switch (name)
        {
            case "setup":
                _settings = _settings with { Setup = List(name, value, SettingsRules.IsCommand, "a shell command") };
                break;
            case "verify":
                _settings = _settings with { Verify = List(name, value, SettingsRules.IsCommand, "a shell command") };
                break;
            case "maxFixRounds":
                _settings = _settings with { MaxFixRounds = Integer(name, value, 0, 10) };
                break;
            case "egress":
                _settings = _settings with { Egress = List(name, value, SettingsRules.IsHost, "a host name such as registry.example.com or *.example.com") };
                break;
            case "branchPrefix":
                _settings = _settings with { BranchPrefix = Text(name, value, SettingsRules.IsBranchPrefix, "the start of a branch name, such as drafthorse/") };
                break;
            case "reviewers":
                _settings = _settings with { Reviewers = List(name, value, SettingsRules.IsReviewer, "a user name, or org/team") };
                break;
            case "labels":
                _settings = _settings with { Labels = List(name, value, SettingsRules.IsLabel, "a label of at most 50 characters") };
                break;
            case "budgetUsd":
                _settings = _settings with { BudgetUsd = Amount(name, value) };
                break;
            case "model":
                _settings = _settings with { Model = Text(name, value, SettingsRules.IsModel, "provider:model") };
                break;
            case "review":
                _settings = _settings with { Review = Flag(name, value) };
                break;
            case "council":
                _settings = _settings with { Council = Flag(name, value) };
                break;
            case "pushToPullRequestBranch":
                _settings = _settings with { PushToPullRequestBranch = Flag(name, value) };
                break;
            case "sandbox":
                _settings = _settings with { Sandbox = new SandboxReader(Add).Read(value) };
                break;
            case "services":
                _settings = _settings with { Services = new ServiceReader(Add).Read(value) };
                break;
            case "plan":
                ReadPlan(value);
                break;
            case "permissions":
                _settings = _settings with { Permissions = new PermissionReader(Add).Read(value, RepositorySettings.FileName) };
                break;
            default:
                var near = Keys.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
                Add(key, near is not null
                    ? $"unknown key '{name}'; write it '{near}'."
                    : $"unknown key '{GitGateway.Printable.Line(name, 60)}'; known keys are {string.Join(", ", Keys)}.");
                break;
        }
    }

    private void ReadPlan(YamlNode value)
    {
        if (value is YamlScalarNode { Style: ScalarStyle.Plain, Value: "always" })
            _settings = _settings with { PlanAlways = true };
        else if (value is YamlMappingNode { Children: { Count: 1 } children } && children.Keys.First() is YamlScalarNode { Value: "paths" })
            _settings = _settings with { PlanPaths = List("plan: paths", children.Values.First(), SettingsRules.IsGlob, "a pattern of paths such as src/billing/**") };
        else
            Add(value, "'plan' must be always, or hold 'paths' with a list of patterns.");
    }

    private string[] List(string name, YamlNode value, Predicate<string> isValid, string what)
    {
        if (value is not YamlSequenceNode sequence)
        {
            Add(value, $"'{name}' must be a list; write each value on a line of its own that begins with '- '.");
            return [];
        }

        if (sequence.Children.Count > MaxItems)
            Add(value, $"'{name}' has more than {MaxItems} values.");
        return [.. sequence.Children.Take(MaxItems).Select(item => Text(name, item, isValid, what))];
    }

    private string Text(string name, YamlNode value, Predicate<string> isValid, string what)
    {
        if (value is YamlScalarNode { Value: { Length: > 0 and <= MaxItemLength } text } && isValid(text))
            return text;
        Add(value, $"a value of '{name}' must be {what}.");
        return "";
    }

    private bool Flag(string name, YamlNode value)
    {
        if (value is YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag)
            return flag.Value == "true";
        Add(value, $"'{name}' must be true or false.");
        return false;
    }

    private int Integer(string name, YamlNode value, int least, int most)
    {
        if (value is YamlScalarNode { Style: ScalarStyle.Plain } scalar
            && int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Add(value, $"'{name}' must be a whole number from {least} to {most}.");
        return least;
    }

    private decimal? Amount(string name, YamlNode value)
    {
        if (value is YamlScalarNode { Style: ScalarStyle.Plain } scalar
            && decimal.TryParse(scalar.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount is > 0 and <= 100_000)
        {
            return amount;
        }

        Add(value, $"'{name}' must be an amount in USD above 0, such as 5 or 2.50.");
        return null;
    }

    private void Add(YamlNode node, string message) => _mistakes.Add(new SettingsMistake((int)Math.Max(1, node.Start.Line), message));
}
