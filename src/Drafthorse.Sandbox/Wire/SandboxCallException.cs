namespace Drafthorse.Sandbox.Wire;

/// <summary>A call over the wire failed at the other end. The connection goes on.</summary>
public sealed class SandboxCallException(string code, string message) : Exception(message)
{
    /// <summary>A short code: one of <see cref="CallCodes"/> or the called method's own.</summary>
    public string Code { get; } = code;
}
