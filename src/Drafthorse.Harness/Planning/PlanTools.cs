using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Planning;

/// <summary>The tools of plan mode as models see them. <see cref="PlanGate"/> does their work.</summary>
internal static class PlanTools
{
    public const string Enter = "plan_enter", Write = "plan_write", Ask = "plan_ask", Exit = "plan_exit";

    private static readonly AIFunction[] All =
    [
        new PlanTool(
            Enter, "Enters plan mode: nothing is changed any more until a person has approved your plan. For work that is risky, large or unclear.",
            """{"type":"object","required":["reason"],"properties":{"reason":{"type":"string","description":"Why this should be agreed first, in one sentence."}}}"""),
        new PlanTool(
            Write, "In plan mode: writes the plan in place of the one before. Markdown; each step a numbered line: what changes where, and how it is checked.",
            """{"type":"object","required":["content"],"properties":{"content":{"type":"string","description":"The whole plan."}}}"""),
        new PlanTool(
            Ask, "In plan mode: asks people a question that the plan depends on, and waits for the answer.",
            """{"type":"object","required":["question"],"properties":{"question":{"type":"string","description":"The question, with the choices you see and the one you would take."}}}"""),
        new PlanTool(Exit, "In plan mode: puts the plan before a person and waits. Approved, it is carried out; rejected, the reasons come back.", """{"type":"object","properties":{}}"""),
    ];

    /// <summary>The tools, or none.</summary>
    public static IEnumerable<AIFunction> Of(PlanModeOptions options) => options.Enabled ? All : [];

    public static bool IsOne(string tool) => tool is Enter or Write or Ask or Exit;

    private sealed class PlanTool : AIFunction
    {
        public PlanTool(string name, string description, string schema)
        {
            (Name, Description) = (name, description);
            using var document = JsonDocument.Parse(schema);
            JsonSchema = document.RootElement.Clone();
        }

        public override string Name { get; }

        public override string Description { get; }

        public override JsonElement JsonSchema { get; }

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } =
            new Dictionary<string, object?> { [ToolEffects.Property] = ToolEffect.Read, [ToolEffects.AloneProperty] = true };

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
            ValueTask.FromResult<object?>(ToolOutput.Error($"{Name}: there is no plan mode here."));
    }
}
