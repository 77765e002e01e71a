namespace Drafthorse.Harness;

/// <summary>The argument that most tools share.</summary>
internal static class PathArguments
{
    public static string Path(this ArgumentReader arguments) => arguments.Text("path", "a path such as src/app.py", "file_path", "filename", "file");

    public static string OptionalPath(this ArgumentReader arguments) => arguments.OptionalText("path", "directory", "folder") is { Length: > 0 } path ? path : ".";
}
