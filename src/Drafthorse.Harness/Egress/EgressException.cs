namespace Drafthorse.Harness.Egress;

/// <summary>A connection may not be made, or could not be. The message is the reason, without the host.</summary>
internal sealed class EgressException(EgressResult result, string reason, Exception? innerException = null) : Exception(reason, innerException)
{
    /// <summary>Whether the gate refused or the network failed.</summary>
    public EgressResult Result { get; } = result;

    internal static EgressException Refused(string reason) => new(EgressResult.Refused, reason);

    internal static EgressException Failed(string reason, Exception? cause = null) => new(EgressResult.Failed, reason, cause);
}
