namespace Drafthorse.Sandbox.Doors;

/// <summary>Whether a door opened.</summary>
/// <param name="Door"><c>dns</c>, <c>proxy</c> or <c>port</c>.</param>
/// <param name="Port">The port it listens on, or was to listen on.</param>
/// <param name="Error">Why it did not open, or null.</param>
internal sealed record DoorReport(string Door, int Port, string? Error)
{
    /// <inheritdoc />
    public override string ToString() => Error is null ? $"{Door} {Port}" : $"{Door} {Port}: {Error}";
}
