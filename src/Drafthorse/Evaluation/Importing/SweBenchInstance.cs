using System.Text;
using System.Text.Json;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Text;

namespace Drafthorse.Evaluation.Importing;

/// <summary>One line of a file in the form of SWE-bench.</summary>
internal sealed record SweBenchInstance(string Id, string Repository, string Commit, string Problem, string Patch, IReadOnlyList<string> Tests)
{
    private const int MaxProblem = 90_000;
    private const int MaxPatch = 10 << 20;
    private const int MaxTests = 20_000;
    private const int MaxTest = 2_000;

    /// <summary>Reads a line. Throws <see cref="TaskException"/>.</summary>
    public static SweBenchInstance Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(JsonText.WellFormed(line));
            var root = json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement : throw new TaskException("it is no JSON object.");
            var instance = new SweBenchInstance(
                Text(root, "instance_id", TaskName.IsValid, TaskName.Rule),
                Text(root, "repo", text => text.Split('/') is [var owner, var name] && TaskName.IsValid(owner) && TaskName.IsValid(name), "owner/name"),
                Text(root, "base_commit", ObjectId.IsValid, "40 hexadecimal digits"),
                Text(root, "problem_statement", text => text.Trim().Length is > 0 and <= MaxProblem, $"1 to {MaxProblem:N0} characters"),
                Text(root, "test_patch", text => Encoding.UTF8.GetByteCount(text) is > 0 and <= MaxPatch, $"a patch of at most {MaxPatch >> 20} MiB"),
                [.. ReadTests(root, "FAIL_TO_PASS", required: true), .. ReadTests(root, "PASS_TO_PASS", required: false)]);
            return instance.Tests.Count <= MaxTests ? instance : throw new TaskException($"it names more than {MaxTests:N0} tests.");
        }
        catch (JsonException exception)
        {
            throw new TaskException("it is no JSON object.", exception);
        }
    }

    private static string Text(JsonElement root, string name, Func<string, bool> isValid, string what)
    {
        if (!root.TryGetProperty(name, out var value))
            throw new TaskException($"the member {name} is missing.");
        return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !text.Contains('\0', StringComparison.Ordinal) && isValid(text)
            ? text
            : throw new TaskException($"{name} must be {what}.");
    }

    /// <summary>A list, or a string that holds one: both are about.</summary>
    private static List<string> ReadTests(JsonElement root, string name, bool required)
    {
        if (!root.TryGetProperty(name, out var value))
            return required ? throw new TaskException($"the member {name} is missing.") : [];
        using var inner = value.ValueKind == JsonValueKind.String ? JsonDocument.Parse(JsonText.WellFormed(value.GetString()!)) : null;
        var tests = ReadTests(inner?.RootElement ?? value, name);
        return required && tests.Count == 0 ? throw new TaskException($"{name} names no test.") : tests;
    }

    private static List<string> ReadTests(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw new TaskException($"{name} must be a list of tests.");
        var tests = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            tests.Add(item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 and <= MaxTest } test && test[0] != '-' && !test.Any(char.IsControl)
                ? test
                : throw new TaskException($"{name} must name tests, each of at most {MaxTest:N0} characters on one line, not beginning with a hyphen."));
        }

        return tests;
    }
}
