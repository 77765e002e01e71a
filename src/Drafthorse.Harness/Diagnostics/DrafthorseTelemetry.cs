namespace Drafthorse.Harness;

/// <summary>The names to listen to with OpenTelemetry (<c>AddSource</c>, <c>AddMeter</c>).</summary>
public static class DrafthorseTelemetry
{
    /// <summary>The activity source: spans of runs, model calls and tool calls.</summary>
    public const string ActivitySource = "Drafthorse";

    /// <summary>The meter.</summary>
    public const string Meter = "Drafthorse";
}
