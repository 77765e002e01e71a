namespace Drafthorse.Harness.Search;

/// <summary>What models give to a tool that searches.</summary>
internal static class SearchArguments
{
    /// <param name="arguments">The call's arguments.</param>
    /// <param name="limit">The most that is found when the model does not say.</param>
    /// <param name="most">The most that it may ask for.</param>
    /// <param name="expected">What the words are to be.</param>
    public static (string Words, int Limit) Read(ArgumentReader arguments, int limit, int most, string expected = "some words that stand in what is looked for") =>
        (arguments.Text("query", expected, "q", "pattern", "search"), Math.Min(arguments.WholeNumber("limit", 1, int.MaxValue) ?? limit, most));
}
