using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drafthorse.Harness.Threads;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunStarted))]
[JsonSerializable(typeof(PromptSet))]
[JsonSerializable(typeof(MessagesTaken))]
[JsonSerializable(typeof(NoticeGiven))]
[JsonSerializable(typeof(EnvironmentDescribed))]
[JsonSerializable(typeof(InstructionsGiven))]
[JsonSerializable(typeof(WorkspaceChanged))]
[JsonSerializable(typeof(ModelReplied))]
[JsonSerializable(typeof(ToolStarted))]
[JsonSerializable(typeof(ToolFinished))]
[JsonSerializable(typeof(TodosWritten))]
[JsonSerializable(typeof(ContextCompacted))]
[JsonSerializable(typeof(PlanWritten))]
[JsonSerializable(typeof(ApprovalAsked))]
[JsonSerializable(typeof(ApprovalClosed))]
[JsonSerializable(typeof(VerifyFinished))]
[JsonSerializable(typeof(DoneJudged))]
[JsonSerializable(typeof(BranchPushed))]
[JsonSerializable(typeof(EffectFinished))]
[JsonSerializable(typeof(RunFinished))]
[JsonSerializable(typeof(ThreadOrigin))]
[JsonSerializable(typeof(ThreadFacts))]
[JsonSerializable(typeof(InboxMessage))]
internal sealed partial class JournalJson : JsonSerializerContext;
