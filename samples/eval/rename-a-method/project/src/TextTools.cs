namespace Shop;

public static class TextTools
{
    /// <summary>Trims a text and makes it lower case.</summary>
    public static string Frobnicate(string text) => text.Trim().ToLowerInvariant();
}
