namespace Drafthorse.Sandbox.Daemon;

/// <summary>Why a sandbox refused a host.</summary>
internal enum AttachRefusal
{
    /// <summary>A newer owner has been here: this one must stop.</summary>
    StaleToken,

    /// <summary>The key is not the sandbox's.</summary>
    WrongKey,
}

/// <summary>A sandbox refused to be attached.</summary>
internal sealed class AttachException(AttachRefusal refusal, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public AttachRefusal Refusal { get; } = refusal;
}
