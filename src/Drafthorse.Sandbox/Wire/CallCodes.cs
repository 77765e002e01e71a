namespace Drafthorse.Sandbox.Wire;

/// <summary>Codes of <see cref="SandboxCallException"/> that any call may end with.</summary>
internal static class CallCodes
{
    /// <summary>The other end does not have this method.</summary>
    public const string UnknownMethod = "unknown_method";

    /// <summary>The request cannot be read or breaks a rule; the message says which.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>Too much is under way; try again later.</summary>
    public const string Busy = "busy";

    /// <summary>The call was cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The other end reads no more.</summary>
    public const string Stopped = "stopped";

    /// <summary>The answer or the request is larger than a call may carry.</summary>
    public const string TooLarge = "too_large";

    /// <summary>What was named does not exist.</summary>
    public const string NotFound = "not_found";

    /// <summary>A defect at the other end.</summary>
    public const string Internal = "internal";
}
