using System.Runtime.CompilerServices;

namespace Drafthorse.Tests.Workspace;

/// <summary>The workspace in <c>samples/workspace</c>.</summary>
internal static class SampleWorkspace
{
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Here())!, "../../../samples/workspace"));

    private static string Here([CallerFilePath] string path = "") => path;
}
