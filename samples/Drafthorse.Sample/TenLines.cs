using Drafthorse.Harness;
using Microsoft.Extensions.AI;

namespace Drafthorse.Sample;

/// <summary>A console agent in ten lines, which works in the folder that it is started in.</summary>
public static class TenLines
{
    /// <summary>Asks for tasks until there is none.</summary>
    public static async Task RunAsync(IChatClient model, TextReader input, TextWriter output)
    {
        await using var agent = HarnessAgent.CreateBuilder("console").UseModel(model).Build();
        var thread = $"console:{Guid.NewGuid():N}";
        while (await input.ReadLineAsync() is { Length: > 0 } task)
        {
            var reply = await agent.RunAsync(AgentMessage.Of(task) with { ThreadKey = thread });
            await output.WriteLineAsync(reply.EnsureDone().Text);
        }
    }
}
