namespace Drafthorse.Harness.DoneGates;

/// <summary>What the model has to mend.</summary>
/// <param name="Text">Code's own words.</param>
/// <param name="Output">What goes with them and others wrote: data.</param>
internal sealed record Complaint(string Text, string Output);
