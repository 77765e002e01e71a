using System.ComponentModel;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Sample;

/// <summary>An agent on this machine's files with a tool of its own and a middleware, its events printed as they come.</summary>
public static class LocalAgent
{
    /// <summary>What the recorded model does: looks somebody up, writes that into a file, says so.</summary>
    public const string Script = """
        {"text":"Let me see who is on call.","calls":[{"name":"look_up_oncall","arguments":{"team":"payments"}}]}
        {"calls":[{"name":"write_file","arguments":{"path":"ONCALL.md","content":"On call for payments: Ada\n"}}]}
        {"text":"ONCALL.md names Ada, who is on call for payments."}
        """;

    /// <summary>Runs one task in a directory. Returns whether it ended well.</summary>
    public static async Task<bool> RunAsync(IChatClient model, string directory, TextWriter output, CancellationToken cancellationToken)
    {
        await using var agent = HarnessAgent.CreateBuilder("sample")
            .UseModel(model)
            .UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = directory })
            .UseTools(AIFunctionFactory.Create(LookUpOncall, "look_up_oncall"))
            .Use(new AnnounceRuns(output))
            .Build();

        var ended = false;
        await foreach (var happened in agent.StreamAsync(AgentMessage.Of("Write a file ONCALL.md that says who is on call for payments."), cancellationToken))
        {
            switch (happened)
            {
                case TextDelta delta:
                    await output.WriteAsync(delta.Text);
                    break;
                case JournalAppended { Event: ToolStarted started }:
                    await output.WriteLineAsync($"\n> {started.Tool} {started.Arguments}");
                    break;
                case JournalAppended { Event: ToolFinished finished }:
                    await output.WriteLineAsync($"  {string.Concat(finished.Content.Select(block => block.Text))}");
                    break;
                case JournalAppended { Event: RunFinished finished }:
                    ended = finished.Outcome == "done";
                    await output.WriteLineAsync();
                    break;
            }
        }

        return ended;
    }

    [Description("Who is on call for a team.")]
    private static string LookUpOncall([Description("The team's name.")] string team) => team == "payments" ? "Ada" : "nobody";
}
