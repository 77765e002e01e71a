using System.Globalization;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drafthorse.Evaluation.Tasks;

/// <summary>What <c>task.yml</c> says.</summary>
internal sealed record TaskFile
{
    public string? Name { get; init; }

    public string Prompt { get; init; } = "";

    public TaskSource Source { get; init; } = new(TaskSourceKind.Folder, "", null);

    public string Language { get; init; } = "";

    public IReadOnlyList<string> Needs { get; init; } = [];

    public TaskLimits Limits { get; init; } = new();
}

/// <summary>Reads <c>task.yml</c> strictly: known members, exact types. Every mistake is named with its line.</summary>
internal sealed class TaskFileReader(string text, IReadOnlyCollection<string> features)
{
    public const string FileName = "task.yml";
    public const int MaxBytes = 256 * 1024;
    private const int MaxMistakes = 20;
    private const int MaxPrompt = 100_000;
    private const int MaxLanguage = 30;

    private readonly List<(long Line, string Message)> _mistakes = [];
    private TaskFile _task = new();

    /// <summary>The file. Throws <see cref="TaskException"/> with every mistake.</summary>
    public TaskFile Read()
    {
        var root = StrictYaml.Load(text, (line, message, inner) => new TaskException(Place(line, message), inner));
        foreach (var (key, value) in Members(root, "", ["name", "prompt", "repository", "language", "needs", "limits"], required: ["prompt", "repository"]))
            Read(key, value);
        return _mistakes.Count == 0
            ? _task
            : throw new TaskException(string.Join('\n', _mistakes.OrderBy(mistake => mistake.Line).Take(MaxMistakes).Select(mistake => Place(mistake.Line, mistake.Message))));
    }

    private void Read(string key, YamlNode value)
    {
        switch (key)
        {
            case "name":
                _task = _task with { Name = Text(key, value, TaskName.IsValid, TaskName.Rule) };
                break;
            case "prompt":
                _task = _task with { Prompt = Text(key, value, prompt => !string.IsNullOrWhiteSpace(prompt) && prompt.Length <= MaxPrompt, $"what the agent is asked, at most {MaxPrompt:N0} characters") };
                break;
            case "language":
                _task = _task with { Language = Text(key, value, language => language.Length <= MaxLanguage && !language.Any(char.IsControl), $"a word of at most {MaxLanguage} characters") };
                break;
            case "repository":
                ReadSource(value);
                break;
            case "needs":
                ReadNeeds(value);
                break;
            case "limits":
                ReadLimits(value);
                break;
        }
    }

    private void ReadSource(YamlNode value)
    {
        var members = Members(value, "repository", ["folder", "bundle", "mirror", "commit"], required: []).ToDictionary();
        var kinds = members.Keys.Where(key => key != "commit").ToList();
        if (kinds is not [var kind])
        {
            Add(value, "repository needs exactly one of folder, bundle, mirror.");
            return;
        }

        var commit = members.GetValueOrDefault("commit");
        if (kind == "folder" == commit is not null)
            Add(commit ?? value, kind == "folder" ? "a folder has one commit only, so it takes no commit." : $"a {kind} needs the commit to start from, as 40 hexadecimal digits.");
        _task = _task with
        {
            Source = new TaskSource(
                kind == "folder" ? TaskSourceKind.Folder : kind == "bundle" ? TaskSourceKind.Bundle : TaskSourceKind.Mirror,
                kind == "mirror"
                    ? Text(kind, members[kind], IsRepository, "a repository as owner/name")
                    : Text(kind, members[kind], TaskName.IsValid, $"a name in the task's own folder ({TaskName.Rule})"),
                commit is null ? null : Text("commit", commit, ObjectId.IsValid, "a whole commit id, 40 hexadecimal digits")),
        };
    }

    private void ReadNeeds(YamlNode value)
    {
        if (value is not YamlSequenceNode list)
            Add(value, "needs must be a list of features.");
        else
            _task = _task with { Needs = [.. list.Children.Select(item => Text("needs", item, features.Contains, $"one of {string.Join(", ", features)}"))] };
    }

    private void ReadLimits(YamlNode value)
    {
        var limits = _task.Limits;
        foreach (var (key, node) in Members(value, "limits", ["steps", "minutes", "costUsd", "checkSeconds"], required: []))
        {
            limits = key switch
            {
                "steps" => limits with { Steps = (int)Number(key, node, 1, 10_000, whole: true) },
                "minutes" => limits with { Time = TimeSpan.FromMinutes((double)Number(key, node, 0.1m, 1440, whole: false)) },
                "costUsd" => limits with { CostUsd = Number(key, node, 0.01m, 100_000, whole: false) },
                _ => limits with { CheckTime = TimeSpan.FromSeconds((double)Number(key, node, 1, 3600, whole: true)) },
            };
        }

        _task = _task with { Limits = limits };
    }

    private List<KeyValuePair<string, YamlNode>> Members(YamlNode node, string of, string[] known, string[] required)
    {
        var found = new List<KeyValuePair<string, YamlNode>>();
        if (node is not YamlMappingNode mapping)
        {
            Add(node, $"{of} must hold 'key: value' lines.");
            return found;
        }

        var where = of.Length == 0 ? "" : $" of {of}";
        foreach (var (key, value) in mapping)
        {
            if (key is YamlScalarNode { Value: { } name } && known.Contains(name))
                found.Add(new(name, value));
            else
                Add(key, $"there is no member '{Shown(key)}'{where}; the members are {string.Join(", ", known)}.");
        }

        foreach (var missing in required.Where(name => found.All(member => member.Key != name)))
            Add(node, $"the member '{missing}' is missing.");
        return found;
    }

    private string Text(string name, YamlNode value, Func<string, bool> isValid, string what)
    {
        if (value is YamlScalarNode { Value: { } text } && isValid(text))
            return text;
        Add(value, $"{name} must be {what}; it is '{Shown(value)}'.");
        return "";
    }

    private decimal Number(string name, YamlNode value, decimal least, decimal most, bool whole)
    {
        var style = whole ? NumberStyles.None : NumberStyles.AllowDecimalPoint;
        if (value is YamlScalarNode { Style: ScalarStyle.Plain } scalar && decimal.TryParse(scalar.Value, style, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Add(value, string.Create(CultureInfo.InvariantCulture, $"{name} must be a {(whole ? "whole number" : "number")} from {least} to {most}."));
        return least;
    }

    private void Add(YamlNode node, string message) => _mistakes.Add((Math.Max(1, node.Start.Line), message));

    private static string Place(long line, string message) => $"{FileName}, line {Math.Max(1, line)}: {message}";

    private static string Shown(YamlNode node) =>
        node is YamlScalarNode { Value: { } text } ? ForeignText.Line(text.Length > 60 ? $"{text[..60]}…" : text) : node.NodeType.ToString().ToLowerInvariant();

    private static bool IsRepository(string text) => text.Split('/') is [var owner, var name] && TaskName.IsValid(owner) && TaskName.IsValid(name);
}
