using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Context;

/// <summary>
/// What the model sees of a thread: a projection of the journal, kept up to date as events are committed. Between compactions
/// it only grows, so that a request begins with the one before it byte for byte.
/// </summary>
internal sealed class Conversation
{
    private readonly List<ContextMessage> _messages = [];
    private readonly List<ChatMessage> _chat = [];
    private readonly List<ContextMessage> _waiting = [];
    private readonly List<EnvironmentDescribed> _described = [];
    private readonly Dictionary<string, OpenCall> _openCalls = new(StringComparer.Ordinal);

    /// <summary>The system prompt, or null before it was set.</summary>
    public string? System => SystemChat?.Text;

    /// <summary>The same for a chat client: the first message of every request.</summary>
    public ChatMessage? SystemChat { get; private set; }

    /// <summary>The messages, oldest first.</summary>
    public IReadOnlyList<ContextMessage> Messages => _messages;

    /// <summary>The same messages for a chat client, without the system prompt.</summary>
    public IReadOnlyList<ChatMessage> Chat => _chat;

    /// <summary>Tool calls of the last reply that have no result yet, in the model's order.</summary>
    public IReadOnlyList<OpenCall> OpenCalls => [.. _openCalls.Values.OrderBy(call => call.Index)];

    /// <summary>The last reply's step; 0 before the first.</summary>
    public int Step { get; private set; }

    /// <summary>Tokens that the provider counted for the last request and its reply; 0 when unknown.</summary>
    public long CountedTokens { get; private set; }

    /// <summary>How many of the messages <see cref="CountedTokens"/> covers.</summary>
    public int CountedMessages { get; private set; }

    /// <summary>Inbox positions that the current or interrupted run has consumed; the lowest decides what a cancel hits.</summary>
    public long? FirstMessageOfRun { get; private set; }

    /// <summary>The id of the newest message from a person, or null.</summary>
    public string? LastMessageId { get; private set; }

    /// <summary>Who wrote the newest message that was taken since the last compaction, or null.</summary>
    public string? LastSender { get; private set; }

    /// <summary>The JSON schema that the run's last reply must fit, or null.</summary>
    public string? AnswerSchema { get; private set; }

    /// <summary>What the model was told of its environment since the last compaction.</summary>
    public IReadOnlyList<EnvironmentDescribed> Described => _described;

    /// <summary>Which of the repository's instructions are shown beside the system prompt.</summary>
    public ShownInstructions Instructions { get; private set; } = ShownInstructions.None;

    /// <summary>The workspace that the model was told of last; null without one.</summary>
    public WorkspaceMark? Workspace { get; private set; }

    /// <summary>The to-do list that was written last, or null.</summary>
    public TodosWritten? Todos { get; private set; }

    /// <summary>The plan that was written last, or null.</summary>
    public PlanWritten? Plan { get; private set; }

    /// <summary>What code carries through compactions.</summary>
    public WorkFrame Frame { get; } = new();

    /// <summary>How many of the messages are older than the run that goes on, or went on last.</summary>
    public int MessagesBeforeRun { get; private set; }

    /// <summary>How the context was made shorter last, as far as this projection has seen it.</summary>
    public ContextCompacted? Compacted { get; private set; }

    /// <summary>How code judged the run's work last, or null.</summary>
    public DoneJudged? Judged { get; private set; }

    /// <summary>The run's last verify, or null.</summary>
    public VerifyFinished? Verified { get; private set; }

    /// <summary>Why the model stopped its last reply; empty when unknown.</summary>
    public string FinishReason { get; private set; } = "";

    /// <summary>Whether the model has had the last word and asked for no tool.</summary>
    public bool EndsWithReply => _openCalls.Count == 0 && _messages is [.., { Role: "assistant" }];

    /// <summary>How the last run ended, when nothing has begun since; else null.</summary>
    public ThreadStatus? Ended { get; private set; }

    /// <summary>The text of the last reply.</summary>
    public string LastText { get; private set; } = "";

    public void Apply(JournalEvent journalEvent)
    {
        Frame.Apply(journalEvent);
        switch (journalEvent)
        {
            case RunStarted started:
                Ended = null;
                if (!started.TakenOver)
                    MessagesBeforeRun = _messages.Count;
                break;
            case PromptSet prompt:
                SystemChat = new ChatMessage(ChatRole.System, prompt.System);
                Workspace = prompt.Workspace;
                break;
            case MessagesTaken taken:
                Ended = null;
                foreach (var entry in taken.Messages)
                {
                    FirstMessageOfRun ??= entry.Position;
                    LastMessageId = entry.Message.Answer?.Source ?? entry.Message.Id;
                    LastSender = entry.Message.Sender;
                    AnswerSchema = entry.Message.AnswerSchema ?? AnswerSchema;
                    if (entry.Message.Answer is not { } answer || ApprovalKinds.IsForModel(answer.Kind))
                        AddAfterResults(MessageRendering.Render(entry));
                }

                break;
            case NoticeGiven notice:
                AddAfterResults(MessageRendering.Render(notice));
                break;
            case EnvironmentDescribed described:
                _described.Add(described);
                AddAfterResults(MessageRendering.Render(described));
                break;
            case InstructionsGiven given:
                AddAfterResults(MessageRendering.Render(given));
                Instructions = Instructions.With(given);
                break;
            case WorkspaceChanged changed:
                AddAfterResults(MessageRendering.Render(changed));
                Workspace = changed.Mark;
                break;
            case ModelReplied replied:
                ApplyReply(replied);
                break;
            case ToolStarted tool:
                if (_openCalls.TryGetValue(tool.ModelCallId, out var open))
                    _openCalls[tool.ModelCallId] = open with { Started = tool };
                break;
            case ToolFinished finished:
                if (_openCalls.Remove(finished.ModelCallId))
                {
                    Add(new ContextMessage { Role = "tool", CallId = finished.ModelCallId, Content = finished.Content, IsError = finished.IsError });
                    AddWaiting();
                }

                break;
            case TodosWritten todos:
                Todos = todos;
                break;
            case PlanWritten plan:
                Plan = plan;
                break;
            case ApprovalClosed { Kind: ApprovalKinds.Plan, State: ApprovalState.Approved } when Plan is { } approved:
                AddAfterResults(new ContextMessage { Role = "user", Content = [MessageRendering.RenderPlan(approved.Content, isApproved: true)] });
                break;
            case VerifyFinished verified:
                Verified = verified;
                break;
            case DoneJudged judged:
                Judged = judged;
                break;
            case ContextCompacted compacted:
                SystemChat = new ChatMessage(ChatRole.System, compacted.System);
                Workspace = compacted.Workspace;
                Step = compacted.Step;
                FirstMessageOfRun = compacted.FirstMessageOfRun;
                LastMessageId = compacted.LastMessageId ?? LastMessageId;
                AnswerSchema = compacted.AnswerSchema;
                Judged = compacted.Judged;
                _messages.Clear();
                _chat.Clear();
                (CountedTokens, CountedMessages) = (0, 0);
                MessagesBeforeRun = compacted.MessagesBeforeRun;
                Compacted = compacted with { Context = [] };
                Instructions = ShownInstructions.In(compacted.Context);
                foreach (var message in compacted.Context)
                    Add(message);
                break;
            case RunFinished finished:
                FirstMessageOfRun = null;
                AnswerSchema = null;
                (Judged, Verified) = (null, null);
                Ended = Enum.TryParse<ThreadStatus>(finished.Outcome, ignoreCase: true, out var outcome) ? outcome : ThreadStatus.Done;
                break;
        }
    }

    private void ApplyReply(ModelReplied replied)
    {
        Step = replied.Step;
        FinishReason = replied.FinishReason;
        LastText = string.Concat(replied.Content.Where(block => block.Kind == "text").Select(block => block.Text));
        Add(new ContextMessage { Role = "assistant", Content = replied.Content });
        CountedTokens = replied.Usage.Input + replied.Usage.Output;
        CountedMessages = CountedTokens > 0 ? _messages.Count : 0;
        _openCalls.Clear();
        foreach (var (index, block) in replied.Content.Where(block => block.Kind == "tool_call").Index())
            _openCalls[block.CallId ?? ""] = new OpenCall(index, block, null);
    }

    /// <summary>Nothing may stand between a call and its result: providers refuse that.</summary>
    private void AddAfterResults(ContextMessage message)
    {
        _waiting.Add(message);
        AddWaiting();
    }

    private void AddWaiting()
    {
        if (_openCalls.Count == 0)
        {
            _waiting.ForEach(Add);
            _waiting.Clear();
        }
    }

    private void Add(ContextMessage message)
    {
        _messages.Add(message);
        _chat.Add(ToChat(message));
    }

    /// <summary>A message for a chat client. A tool's pictures are a part of its result, as only there every vendor finds them.</summary>
    public static ChatMessage ToChat(ContextMessage message)
    {
        var contents = message.Content.Select(ContentMapping.ToContent).OfType<AIContent>().ToList();
        if (message.Role != "tool")
        {
            return new ChatMessage(message.Role == "assistant" ? ChatRole.Assistant : ChatRole.User, contents);
        }

        var text = string.Join("\n", contents.OfType<TextContent>().Select(content => content.Text));
        var images = contents.OfType<DataContent>().ToList();
        var result = new FunctionResultContent(message.CallId ?? "", images.Count == 0 ? text : new List<AIContent>([new TextContent(text), .. images]))
        {
            AdditionalProperties = message.IsError ? new() { [ModelProperties.IsError] = true } : null,
        };
        return new ChatMessage(ChatRole.Tool, [result]);
    }
}
