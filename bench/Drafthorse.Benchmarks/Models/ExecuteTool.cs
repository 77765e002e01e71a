using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Drafthorse.Benchmarks.Models;

internal sealed class ExecuteTool : AIFunctionDeclaration
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}""").RootElement;

    public override string Name => "execute";

    public override string Description => "Runs a command.";

    public override JsonElement JsonSchema => Schema;
}
