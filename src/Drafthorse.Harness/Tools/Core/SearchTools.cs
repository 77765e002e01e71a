using Drafthorse.Sandbox.Search;

namespace Drafthorse.Harness;

internal sealed class GlobFilesTool() : SandboxTool(
    "glob_files",
    ToolEffect.Read,
    "Finds files by name pattern, sorted; leaves out .git and what .gitignore names.",
    """
    {"type":"object","required":["pattern"],"properties":{"pattern":{"type":"string","description":"Such as *.cs (at any depth) or src/**/*.{ts,tsx}."},"path":{"type":"string","description":"The folder to search; the working directory when left out."},"include_ignored":{"type":"boolean"},"limit":{"type":"integer","description":"The most paths; 1000 when left out."}}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new GlobRequest
        {
            WorkingDirectory = context.WorkingDirectory,
            Pattern = arguments.Text("pattern", "a name pattern such as **/*.py"),
            Path = arguments.OptionalPath(),
            IncludeIgnored = arguments.Flag("include_ignored"),
            Limit = Math.Min(arguments.WholeNumber("limit", 1, int.MaxValue) ?? 1_000, 5_000),
        };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return SearchText.Of(await sandbox.Search.GlobAsync(request, cancellationToken).ConfigureAwait(false));
    }
}

internal sealed class GrepFilesTool() : SandboxTool(
    "grep_files",
    ToolEffect.Read,
    "Finds lines by a regular expression (.NET syntax), with line numbers; leaves out binary files, .git and what .gitignore names.",
    """
    {"type":"object","required":["pattern"],"properties":{"pattern":{"type":"string"},"path":{"type":"string","description":"The folder or file to search; the working directory when left out."},"include":{"type":"string","description":"Only files of this name pattern, such as *.{ts,tsx}."},"ignore_case":{"type":"boolean"},"literal":{"type":"boolean","description":"Whether the pattern is plain text."},"context":{"type":"integer","description":"Lines to show around each match, at most 20."},"files_only":{"type":"boolean","description":"Only paths and counts."},"include_ignored":{"type":"boolean"},"limit":{"type":"integer","description":"The most matching lines; 200 when left out."}}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new GrepRequest
        {
            WorkingDirectory = context.WorkingDirectory,
            Pattern = arguments.Text("pattern", "a regular expression"),
            Path = arguments.OptionalPath(),
            Include = arguments.OptionalText("include", "glob"),
            IgnoreCase = arguments.Flag("ignore_case", "case_insensitive"),
            IsLiteral = arguments.Flag("literal"),
            Context = Math.Min(arguments.WholeNumber("context", 0, int.MaxValue) ?? 0, 20),
            FilesOnly = arguments.Flag("files_only"),
            IncludeIgnored = arguments.Flag("include_ignored"),
            Limit = Math.Min(arguments.WholeNumber("limit", 1, int.MaxValue) ?? 200, 2_000),
        };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return SearchText.Of(await sandbox.Search.GrepAsync(request, cancellationToken).ConfigureAwait(false), request);
    }
}
