using System.Text.Json;
using System.Text.Json.Nodes;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Secrets;

/// <summary>
/// Redacts known secrets from what a run commits: the model's words, what commands printed, how the run ended, and effects
/// outside. Reasoning stays as it is: providers sign it and refuse it changed. Arguments of calls stay too.
/// </summary>
internal sealed class CommitRedaction(SecretRedactor redactor)
{
    public RunCommit Redact(RunCommit commit) => commit with
    {
        Events = [.. commit.Events.Select(Redact)],
        Outbox = [.. commit.Outbox.Select(draft => draft with { Payload = RedactPayload(draft.Payload) })],
    };

    private JournalEvent Redact(JournalEvent journalEvent) => journalEvent switch
    {
        ModelReplied replied => replied with { Content = [.. replied.Content.Select(Redact)] },
        NoticeGiven notice => notice with { Text = redactor.Redact(notice.Text), Output = notice.Output is { } output ? redactor.Redact(output) : null },
        EnvironmentDescribed described => described with { Data = redactor.Redact(described.Data) },
        PromptSet prompt => prompt with { System = redactor.Redact(prompt.System) },
        WorkspaceChanged changed => changed with { Text = redactor.Redact(changed.Text) },
        InstructionsGiven given => given with { Files = [.. given.Files.Select(file => file with { Text = redactor.Redact(file.Text) })] },
        TodosWritten todos => todos with { Items = [.. todos.Items.Select(item => item with { Content = redactor.Redact(item.Content) })] },
        PlanWritten plan => plan with { Content = redactor.Redact(plan.Content) },
        ApprovalAsked asked => asked with { Title = redactor.Redact(asked.Title), Text = redactor.Redact(asked.Text) },
        ContextCompacted { Summarized: > 0 } compacted => Redact(compacted),
        VerifyFinished verified => verified with { Results = [.. verified.Results.Select(result => result with { OutputTail = redactor.Redact(result.OutputTail), Excerpt = result.Excerpt is { } excerpt ? redactor.Redact(excerpt) : null })] },
        RunFinished finished => finished with
        {
            Reason = redactor.Redact(finished.Reason),
            FinalText = redactor.Redact(finished.FinalText),
            Notes = [.. finished.Notes.Select(redactor.Redact)],
        },
        _ => journalEvent,
    };

    /// <summary>What a summarizer wrote stands in the first message.</summary>
    private ContextCompacted Redact(ContextCompacted compacted) => compacted with
    {
        Context = [.. compacted.Context.Take(1).Select(message => message with { Content = [.. message.Content.Select(Redact)] }), .. compacted.Context.Skip(1)],
        Frame = compacted.Frame is { } frame ? frame with { Commands = [.. frame.Commands.Select(run => run with { Command = redactor.Redact(run.Command), Result = redactor.Redact(run.Result) })] } : null,
    };

    private ContentBlock Redact(ContentBlock block) => block is { Kind: "text", Text: { } text } ? block with { Text = redactor.Redact(text) } : block;

    /// <summary>Strings are looked at as they are, not as JSON escapes them.</summary>
    private string RedactPayload(string payload)
    {
        try
        {
            return RedactJson(JsonNode.Parse(JsonText.WellFormed(payload)))?.ToJsonString() ?? payload;
        }
        catch (JsonException)
        {
            return redactor.Redact(payload);
        }
    }

    private JsonNode? RedactJson(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, RedactJson(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(RedactJson)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(redactor.Redact(value.GetValue<string>())),
        _ => node?.DeepClone(),
    };
}
