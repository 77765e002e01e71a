using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>How a tool says what it can change.</summary>
public static class ToolEffects
{
    /// <summary>The key in <see cref="AITool.AdditionalProperties"/>; the value is a <see cref="ToolEffect"/>.</summary>
    public const string Property = "drafthorse.effect";

    /// <summary>The key that says, with true, that a call never runs beside others, though it only reads.</summary>
    internal const string AloneProperty = "drafthorse.alone";

    /// <summary>What a tool can change; <see cref="ToolEffect.External"/> when it does not say.</summary>
    public static ToolEffect GetEffect(this AITool tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return tool.AdditionalProperties.TryGetValue(Property, out var value) && value is ToolEffect effect ? effect : ToolEffect.External;
    }

    internal static bool RunsAlone(this AITool tool) => tool.AdditionalProperties.TryGetValue(AloneProperty, out var value) && value is true;
}
