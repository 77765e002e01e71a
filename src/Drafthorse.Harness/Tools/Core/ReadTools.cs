using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness;

internal sealed class ReadFileTool() : SandboxTool(
    "read_file",
    ToolEffect.Read,
    "Reads a text file or a picture. Returns at most 50,000 characters and says where to go on. Read a file before you edit it.",
    """
    {"type":"object","required":["path"],"properties":{"path":{"type":"string","description":"The file, relative to the working directory or absolute."},"offset":{"type":"integer","description":"The first character, from 0."},"line":{"type":"integer","description":"The first line, from 1, instead of offset."},"limit":{"type":"integer","description":"The most characters, at most 50000."}}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new ReadFileRequest
        {
            WorkingDirectory = context.WorkingDirectory,
            Path = arguments.Path(),
            Offset = arguments.WholeNumber("offset", 0, int.MaxValue) ?? 0,
            Line = arguments.WholeNumber("line", 1, int.MaxValue),
            Limit = Math.Min(arguments.WholeNumber("limit", 1, int.MaxValue) ?? FileLimits.ReadCharacters, FileLimits.ReadCharacters),
        };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return FileText.Of(await sandbox.Files.ReadAsync(request, cancellationToken).ConfigureAwait(false));
    }
}

internal sealed class ListFilesTool() : SandboxTool(
    "list_files",
    ToolEffect.Read,
    "Lists what a folder holds: folders end with /, files have their size in bytes.",
    """
    {"type":"object","properties":{"path":{"type":"string","description":"The folder; the working directory when left out."}}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new PathRequest { WorkingDirectory = context.WorkingDirectory, Path = arguments.OptionalPath() };
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return FileText.Of(await sandbox.Files.ListAsync(request, cancellationToken).ConfigureAwait(false));
    }
}

internal sealed class AskPersonTool() : SandboxTool(
    "ask_person",
    ToolEffect.Read,
    "Asks the people of this task a question and waits for the answer. Only for what you can neither find out nor decide; ask all at once.",
    """
    {"type":"object","required":["question"],"properties":{"question":{"type":"string","description":"The question, with the choices you see and the one you would take."}}}
    """)
{
    protected override Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var question = arguments.Text("question", "the question as text").Trim();
        return Task.FromResult(question.Length switch
        {
            0 => ToolOutput.Error("ask_person: the question is empty. Ask it in full."),
            > ApprovalRequest.MaxText => ToolOutput.Error($"ask_person: the question has {question.Length} characters; the most are {ApprovalRequest.MaxText}. Ask it in fewer words."),
            _ => ToolOutput.Text("The question was passed on. The answer comes as a message.") with { Approval = new ApprovalRequest { Kind = ApprovalKinds.Question, Text = question } },
        });
    }
}
