using System.ComponentModel;
using Drafthorse.Harness;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Drafthorse.Sample;

/// <summary>The examples of README.md; a test compares them word for word.</summary>
public static class Example
{
    /// <summary>The least there is.</summary>
    public static async Task ShortestAsync(IChatClient chatClient)
    {
        // README short
        await using HarnessAgent agent = HarnessAgent.CreateBuilder("coding").UseModel(chatClient).Build();
        AgentReply reply = await agent.RunAsync(AgentMessage.Of("Mend the flaky test in src/Clock"));
        Console.WriteLine(reply.Text);
        // README end
    }

    /// <summary>What an organization sets.</summary>
    public static HarnessAgent Full(IChatClient chatClient, IChatClient otherChatClient, string workspacePath)
    {
        // README full
        HarnessAgent agent = HarnessAgent.CreateBuilder("coding")
            .UseModel(chatClient)                                  // any Microsoft.Extensions.AI IChatClient
            .UseWorkspace(workspacePath)                           // its AGENTS.md
            .UseFilesystem(new DockerFilesystemSpec                // or BubblewrapFilesystemSpec, LocalFilesystemSpec
            {
                Image = "drafthorse/sandbox:latest",
                IsolationScope = IsolationScope.Session,
            })
            .UseStateStore(new SqliteThreadStore(new SqliteThreadStoreOptions { Path = "threads.db" }))
            .UseFallbackModel(otherChatClient)
            .UseBudget(new ThreadBudget { CostUsd = 10 })
            .UseTools(AIFunctionFactory.Create(LookUpOncall))      // the business's own tools
            .Use(new AnnounceRuns(Console.Out))                    // middleware around runs, model calls and tool calls
            .UseCompaction(new CompactionOptions { TriggerMessages = 50, KeepMessages = 20, TruncateArguments = new() { MaxLength = 2000 } })
            .UseToolResultEviction()
            .Build();
        // README end
        return agent;
    }

    /// <summary>With a container, and with an answer that is a value.</summary>
    public static async Task HostedAsync(IServiceCollection services, HarnessAgent agent)
    {
        // README hosted
        services.AddDrafthorse("coding", (builder, provider) => builder
            .UseStateStore(provider.GetRequiredService<IThreadStore>())
            .UseFilesystem(new BubblewrapFilesystemSpec()));

        AgentReply<Finding> found = await agent.RunAsync<Finding>(AgentMessage.Of("Which test fails most often?"));
        Console.WriteLine(found.Value.Test);
        // README end
    }

    private sealed record Finding(string Test, string Reason);

    [Description("Who is on call for a team.")]
    private static string LookUpOncall(string team) => team == "payments" ? "Ada" : "nobody";
}
