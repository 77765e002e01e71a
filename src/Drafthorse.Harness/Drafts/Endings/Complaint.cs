namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>What the model has to mend before there can be a draft.</summary>
/// <param name="Text">Code's own words.</param>
/// <param name="Output">What a command printed: data.</param>
internal sealed record Complaint(string Text, string Output);
