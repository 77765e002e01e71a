namespace Drafthorse.Sandbox.Daemon;

/// <summary>The interfaces of this network namespace. Only Linux has namespaces to look at; elsewhere none is named.</summary>
internal static class NetworkInterfaces
{
    private const string Table = "/proc/net/dev";
    private const int HeaderLines = 2;

    public static IReadOnlyList<string> Names() => !File.Exists(Table)
        ? []
        : [.. File.ReadLines(Table).Skip(HeaderLines).Select(line => line[..Math.Max(0, line.IndexOf(':', StringComparison.Ordinal))].Trim())];
}
