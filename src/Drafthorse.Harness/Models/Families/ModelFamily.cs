namespace Drafthorse.Harness.Models.Families;

/// <summary>What models of one vendor were trained on.</summary>
internal sealed record ModelFamily
{
    /// <summary>What is said of a model of which nothing is known.</summary>
    public static ModelFamily General { get; } = new();

    /// <summary>The tool by which it changes files best: <c>edit_file</c>, <c>apply_patch</c>, or empty for both.</summary>
    public string EditTool { get; init; } = "";

    /// <summary>By tool: our names of arguments, and those that it knows them by.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Arguments { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The efforts of reasoning that it takes, the lowest first; empty when all are taken.</summary>
    public IReadOnlyList<string> Efforts { get; init; } = [];
}
