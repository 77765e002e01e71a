using Drafthorse.Harness.Instructions;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Workspace.Projection;

/// <summary>Answers the file tools for <c>/agent</c> in the host, without a sandbox: what reads is answered, what writes is refused, there and in
/// the folders of this machine that hold the workspace.</summary>
/// <param name="reader">The files.</param>
/// <param name="guarded">Folders of this machine that no file tool may write.</param>
internal sealed class AgentFolderMiddleware(WorkspaceReader reader, IReadOnlyList<string> guarded) : IAgentMiddleware
{
    private static readonly string[] Writing = ["write_file", "edit_file", "apply_patch", "delete_file"];
    private static readonly string[] Reading = ["read_file", "list_files", "glob_files", "grep_files"];

    /// <inheritdoc />
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        if (Writing.Contains(call.Tool))
            return Refuse(call) is { } refused ? refused : await next(call, cancellationToken).ConfigureAwait(false);
        if (!Reading.Contains(call.Tool))
            return await next(call, cancellationToken).ConfigureAwait(false);
        var arguments = new ArgumentReader(call.Tool, new AIFunctionArguments(call.Arguments.ToDictionary(StringComparer.Ordinal)));
        try
        {
            return PathOf(call, arguments) is { } path ? await AnswerAsync(call.Tool, path, arguments, cancellationToken).ConfigureAwait(false) : await next(call, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentReaderException exception)
        {
            return ToolOutput.Error(exception.Message, ToolErrorClass.InvalidArguments);
        }
        catch (FileException exception)
        {
            return ToolOutput.Error(exception.Message, Tools.Failures.ToolErrorClasses.Of(exception.Kind));
        }
        catch (WorkspaceException exception)
        {
            return ToolOutput.Error(exception.Message);
        }
    }

    private ToolOutput? Refuse(ToolCall call)
    {
        var directory = call.Run.WorkingDirectory;
        if (TouchedPaths.AllOf(call.Arguments).Any(path => AgentPaths.Of(directory, path) is not null))
            return ToolOutput.Error($"{WorkspaceNames.Root} is the team's workspace: no tool writes there. Keep files of your own in the repository or in /tmp.");
        return TouchedPaths.AllOf(call.Arguments).Any(path => guarded.Any(folder => IsIn(folder, directory, path)))
            ? ToolOutput.Error("That is the team's workspace on this machine: no tool writes there.")
            : null;
    }

    /// <summary>Where a relative path begins that has no working directory is not known here, and is no folder of the workspace.</summary>
    private static bool IsIn(string folder, string? directory, string path) => (directory is not null || path.StartsWith('/')) && RepositoryPath.Of(folder, directory, path) is not null;

    private static string? PathOf(ToolCall call, ArgumentReader arguments)
    {
        var path = arguments.OptionalText("path", "file_path", "filename", "file", "directory", "folder");
        var pattern = call.Tool == "glob_files" ? arguments.OptionalText("pattern") : null;
        return path is { Length: > 0 } ? AgentPaths.Of(call.Run.WorkingDirectory, path)
            : pattern is ['/', ..] && (pattern.StartsWith($"{WorkspaceNames.Root}/", StringComparison.Ordinal)) ? ""
            : null;
    }

    private async Task<ToolOutput> AnswerAsync(string tool, string path, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var folder = new AgentFolder(reader, await reader.ListAsync(cancellationToken).ConfigureAwait(false));
        switch (tool)
        {
            case "read_file":
                var read = new ReadFileRequest
                {
                    Offset = arguments.WholeNumber("offset", 0, int.MaxValue) ?? 0,
                    Line = arguments.WholeNumber("line", 1, int.MaxValue),
                    Limit = Math.Min(arguments.WholeNumber("limit", 1, int.MaxValue) ?? FileLimits.ReadCharacters, FileLimits.ReadCharacters),
                };
                return FileText.Of(await folder.ReadAsync(path, read, cancellationToken).ConfigureAwait(false));
            case "list_files":
                return FileText.Of(folder.List(path));
            case "glob_files":
                var pattern = arguments.Text("pattern", "a name pattern such as **/*.md");
                if (pattern.StartsWith($"{WorkspaceNames.Root}/", StringComparison.Ordinal))
                    (path, pattern) = ("", pattern[(WorkspaceNames.Root.Length + 1)..]);
                return SearchText.Of(folder.Glob(path, pattern, Math.Min(arguments.WholeNumber("limit", 1, int.MaxValue) ?? 1_000, 5_000)));
            default:
                var grep = new GrepRequest
                {
                    Pattern = arguments.Text("pattern", "a regular expression"),
                    Include = arguments.OptionalText("include", "glob"),
                    IgnoreCase = arguments.Flag("ignore_case", "case_insensitive"),
                    IsLiteral = arguments.Flag("literal"),
                    Context = Math.Min(arguments.WholeNumber("context", 0, int.MaxValue) ?? 0, 20),
                    FilesOnly = arguments.Flag("files_only"),
                    Limit = Math.Min(arguments.WholeNumber("limit", 1, int.MaxValue) ?? 200, 2_000),
                };
                return SearchText.Of(await folder.GrepAsync(path, grep, cancellationToken).ConfigureAwait(false), grep);
        }
    }
}
