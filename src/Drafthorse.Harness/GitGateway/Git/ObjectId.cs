namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>Names of git objects: 40 hexadecimal digits in lower case (SHA-1 repositories).</summary>
internal static class ObjectId
{
    public const string Zero = "0000000000000000000000000000000000000000";

    /// <summary>The tree without entries, which every repository knows.</summary>
    public const string EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    public static bool IsValid(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);

    public static string Require(string text) => IsValid(text) ? text : throw new ArgumentException($"'{Printable.Line(text, 80)}' is not a commit id.");
}
