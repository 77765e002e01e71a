namespace Drafthorse.Harness.Models.Http;

/// <summary>A provider's address as people write it: with or without a slash at its end, an API version in its path, a query.</summary>
internal static class BaseAddress
{
    /// <summary>The address with a path appended to its own; a query stays behind it.</summary>
    public static Uri Append(Uri address, string path) => WithPath(address, Path(address) + path);

    /// <summary>The address without what its path ends with.</summary>
    public static Uri WithoutEnd(Uri address, string end) =>
        Path(address) is var path && path.EndsWith(end, StringComparison.Ordinal) ? WithPath(address, path[..^end.Length]) : WithPath(address, path);

    private static string Path(Uri address) => address.AbsolutePath.TrimEnd('/');

    private static Uri WithPath(Uri address, string path) => new(address.GetLeftPart(UriPartial.Authority) + (path.Length == 0 ? "/" : path) + address.Query);
}
