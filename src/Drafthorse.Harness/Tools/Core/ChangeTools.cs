using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness;

internal sealed class WriteFileTool() : SandboxTool(
    "write_file",
    ToolEffect.Write,
    "Writes a whole file, new or over an old one, and makes its folders. To change a part of a file use edit_file.",
    """
    {"type":"object","required":["path","content"],"properties":{"path":{"type":"string"},"content":{"type":"string","description":"The whole content."}}}
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
    "Replaces text in a file. old_text must be in the file exactly once unless replace_all is set: quote enough lines. Several changes are several calls.",
    """
    {"type":"object","required":["path","old_text","new_text"],"properties":{"path":{"type":"string"},"old_text":{"type":"string","description":"The text as it is now, with its indentation."},"new_text":{"type":"string","description":"The text that takes its place."},"replace_all":{"type":"boolean"}}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        // Models trained on other tools give a list of edits, which are made together or not at all.
        var edits = arguments.Objects("edits") ?? [arguments];
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
    {"type":"object","required":["patch"],"properties":{"patch":{"type":"string","description":"The whole patch."}}}
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
    {"type":"object","required":["path"],"properties":{"path":{"type":"string"},"recursive":{"type":"boolean","description":"Whether a folder goes with all that it holds."}}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new DeleteFileRequest { WorkingDirectory = context.WorkingDirectory, Path = arguments.Path(), Recursive = arguments.Flag("recursive"), CallId = context.CallId };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return FileText.Of(await sandbox.Files.DeleteAsync(request, cancellationToken).ConfigureAwait(false));
    }
}
