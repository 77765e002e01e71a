using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Sample;

/// <summary>How an agent with tools of one's own is tested without a key: a script says what the model does, all else is real.</summary>
public static class TestedAgent
{
    /// <summary>A model that does these steps, one JSON object a line: <c>text</c>, <c>calls</c> (<c>name</c>, <c>arguments</c>).</summary>
    public static IChatClient ModelThat(params string[] steps) =>
        new ScriptedChatClient(new ModelSpec(ModelSpec.Script, "test"), ModelScript.Parse(string.Join('\n', steps)));

    /// <summary>What a test asserts on: how the run ended, and that the tool was called.</summary>
    public static async Task<(AgentReply Reply, IReadOnlyList<string> Paged)> RunAsync(CancellationToken cancellationToken)
    {
        var paged = new List<string>();
        var page = AIFunctionFactory.Create((string team) => { paged.Add(team); return $"{team} was called"; }, "page_oncall");
        var model = ModelThat("""{"calls":[{"name":"page_oncall","arguments":{"team":"payments"}}]}""", """{"text":"I called payments."}""");
        await using var agent = HarnessAgent.CreateBuilder("tested").UseModel(model).UseTools(page).Build();

        return (await agent.RunAsync(AgentMessage.Of("The checkout is down"), cancellationToken), paged);
    }
}
