using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness;

internal sealed class WriteFileTool() : SandboxTool(
    "write_file",
    ToolEffect.Write,
    "Writes a whole file, new or over an old one, and makes its folders. To change a part of a file use edit_file.",
    """
    {"type":"object","properties":{"path":{"type":"string"},"content":{"type":"string","description":"The whole content."}},"required":["path","content"]}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new WriteFileRequest { WorkingDirectory = context.WorkingDirectory, Path = arguments.Path(), Content = arguments.Text("content", "the whole content of the file as text", "text", "file_text"), CallId = context.CallId };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return FileText.Of(await sandbox.Files.WriteAsync(request, cancellationToken).ConfigureAwait(false));
    }
}

internal sealed class EditFileTool() : SandboxTool(
    "edit_file",
    ToolEffect.Write,
    "Replaces text in a file; all edits are made, or none. Each old_text must be in the file exactly once unless replace_all is set: quote enough lines.",
    """
    {"type":"object","properties":{"path":{"type":"string"},"edits":{"type":"array","description":"Made in order, each on the result of the one before.","items":{"type":"object","properties":{"old_text":{"type":"string","description":"The text as it is now, with its indentation."},"new_text":{"type":"string"},"replace_all":{"type":"boolean"}},"required":["old_text","new_text"]}}},"required":["path","edits"]}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        // Models trained on other tools put a single edit beside the path.
        var edits = arguments.Objects("edits")
            ?? (arguments.OptionalText("old_text", "old_string", "old_str") is not null ? [arguments] : throw arguments.Missing("edits", "a list such as [{\"old_text\": \"...\", \"new_text\": \"...\"}]"));
        var request = new EditFileRequest
        {
            WorkingDirectory = context.WorkingDirectory,
            Path = arguments.Path(),
            CallId = context.CallId,
            Edits = [.. edits.Select(edit => new FileEdit
            {
                OldText = edit.Text("old_text", "the text to replace, as it stands in the file", "old_string", "old_str"),
                NewText = edit.Text("new_text", "the text that takes its place", "new_string", "new_str"),
                ReplaceAll = edit.Flag("replace_all"),
            })],
        };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return FileText.Of(await sandbox.Files.EditAsync(request, cancellationToken).ConfigureAwait(false));
    }
}

internal sealed class ApplyPatchTool() : SandboxTool(
    "apply_patch",
    ToolEffect.Write,
    "Changes several files at once, all or none, by a patch: *** Begin Patch, then sections *** Add File: PATH (lines with +), *** Update File: PATH (optionally *** Move to: PATH; changes under @@, lines with space, - or +), *** Delete File: PATH, then *** End Patch.",
    """
    {"type":"object","properties":{"patch":{"type":"string","description":"The whole patch."}},"required":["patch"]}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new ApplyPatchRequest { WorkingDirectory = context.WorkingDirectory, Patch = arguments.Text("patch", "the patch as text, from *** Begin Patch to *** End Patch", "input"), CallId = context.CallId };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return FileText.Of(await sandbox.Files.PatchAsync(request, cancellationToken).ConfigureAwait(false));
    }
}

internal sealed class DeleteFileTool() : SandboxTool(
    "delete_file",
    ToolEffect.Write,
    "Deletes a file, a link (not what it points to), or a folder.",
    """
    {"type":"object","properties":{"path":{"type":"string"},"recursive":{"type":"boolean","description":"Whether a folder goes with all that it holds."}},"required":["path"]}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new DeleteFileRequest { WorkingDirectory = context.WorkingDirectory, Path = arguments.Path(), Recursive = arguments.Flag("recursive"), CallId = context.CallId };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return FileText.Of(await sandbox.Files.DeleteAsync(request, cancellationToken).ConfigureAwait(false));
    }
}
