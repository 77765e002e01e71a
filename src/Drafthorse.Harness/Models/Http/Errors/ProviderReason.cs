namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>What a provider, a proxy before it or a local server said about a failure, wherever it stood.</summary>
internal sealed record ProviderReason
{
    public static ProviderReason None { get; } = new();

    /// <summary>Names of the error for programs (<c>code</c>, <c>type</c>, <c>status</c>), separated by spaces.</summary>
    public string Codes { get; init; } = "";

    /// <summary>The words for people, the outermost first; bounded, on one line.</summary>
    public string Message { get; init; } = "";

    /// <summary>The HTTP status that the body itself names, or null.</summary>
    public int? Status { get; init; }

    /// <summary>Parameters of the request that the body names as wrong.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>How long the body asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>All that was said, for looking for words.</summary>
    public string All => Codes + "\n" + Message;
}
