namespace Drafthorse.Harness.Threads;

/// <summary>A person's answer to an approval, as it lies in the inbox. Made by code that has asked who may, never from a message's words.</summary>
public sealed record ApprovalAnswer
{
    /// <summary>The id of the inbox message that answers an approval: there can be one only, whoever answers and wherever.</summary>
    public static string MessageId(string approval) => $"approval:{approval}";

    /// <summary>The approval's id.</summary>
    public string Approval { get; init; } = "";

    /// <summary>The approval's kind.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The whole hash of what is answered.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Yes or no.</summary>
    public bool Approves { get; init; }

    /// <summary>Why; null when nothing was said.</summary>
    public string? Reason { get; init; }

    /// <summary>Where it was given, such as <c>github</c>, <c>terminal</c> or <c>api</c>.</summary>
    public string Via { get; init; } = "";

    /// <summary>The id of the message that held the answer, or null.</summary>
    public string? Source { get; init; }
}
