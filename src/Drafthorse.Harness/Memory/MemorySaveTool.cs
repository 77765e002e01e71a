using Drafthorse.Harness.RunTools;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;

namespace Drafthorse.Harness.Memory;

/// <summary>Lets a model keep a fact for later threads, as it was said or written. Touches no sandbox, and asked again it keeps nothing twice.</summary>
internal sealed class MemorySaveTool(MemoryLedger ledger, FactSources sources, MemoryOptions options, Func<string, string> redact, TimeProvider time) : RunTool(
    "memory_save",
    ToolEffect.Read,
    "Keeps a fact for later tasks: what a person of this task said about how work is done here, or what a file of the base branch says. Word for word, in one line. What code does not find in the source is only proposed to people.",
    """
    {"type":"object","required":["content","source"],"properties":{"content":{"type":"string","description":"The fact in the words of its source, such as: we use xUnit v3, never Moq"},"source":{"type":"string","description":"message, or path:line of a file such as docs/build.md:12"},"audience":{"type":"string","enum":["repository","person","organization"],"description":"Whom it is for: the repository when left out (without one: the person). organization is proposed to people."}}}
    """)
{
    private const int MostOfARun = 30;

    public override async Task<ToolOutput> RunAsync(RunContext run, ArgumentReader arguments, CancellationToken cancellationToken)
    {
        var content = redact(string.Join(' ', arguments.Text("content", "the fact, in one line", "fact", "text").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        var named = (arguments.OptionalText("source") ?? "").Trim();
        if (content.Length == 0 || content.Length > options.MaxLength)
            return ToolOutput.Error($"{Name}: a fact has 1 to {options.MaxLength} characters; this one has {content.Length}.", ToolErrorClass.InvalidArguments);
        if (ForeignText.Line(content) != content)
            return ToolOutput.Error($"{Name}: the fact holds characters that nobody sees: {ForeignText.Line(content)}", ToolErrorClass.InvalidArguments);
        if (Interlocked.Increment(ref CountOf(run).Saved) > MostOfARun)
            return ToolOutput.Error($"{Name}: {MostOfARun} facts are enough for one run.");
        var (source, why) = await sources.FindAsync(run, content, named, cancellationToken).ConfigureAwait(false);
        var (audience, isOwn) = AudienceOf(run, arguments.OptionalText("audience"), source);
        if (audience is null)
            return ToolOutput.Error($"{Name}: audience is repository (of this task), person or organization.", ToolErrorClass.InvalidArguments);
        var isFact = source is not null && isOwn;
        if (!isFact && why.Length == 0)
            why = "what is for more than this repository or the person who said it is for people to decide";
        var fact = new Fact { Text = content, Source = (source ?? new FactSource { From = named, Thread = $"{run.Thread.Id}" }) with { At = time.GetUtcNow(), Why = isFact ? "" : why } };
        var isNew = await ledger.AddAsync(isFact ? WorkspaceNames.Ledger : MemoryLedger.Proposals, audience, fact, cancellationToken).ConfigureAwait(false);
        return ToolOutput.Text(!isNew ? "That is known already." : isFact ? $"Kept for later tasks of {audience.Name}, from {fact.Source.From}." : $"Not kept: {why}. It is proposed to people instead (drafthorse memory list).");
    }

    private static (Audience? Audience, bool IsOwn) AudienceOf(RunContext run, string? named, FactSource? source) => (named ?? "", run.Thread.Origin.Repository) switch
    {
        ("" or Audience.OfRepository, { } repository) => (Audience.Of(repository), true),
        ("" or Audience.OfPerson, _) => (Audience.OfUser(source is { By.Length: > 0 } said ? said.By : run.Thread.Origin.User), source is { By.Length: > 0 }),
        (Audience.OfAll, _) => (Audience.Organization, false),
        _ => (null, false),
    };

    private static Count CountOf(RunContext run)
    {
        lock (run)
        {
            if (run.Get<Count>() is { } known)
                return known;
            var count = new Count();
            run.Set(count);
            return count;
        }
    }

    private sealed class Count
    {
        public int Saved;
    }
}
