namespace Drafthorse.Sandbox.Daemon;

/// <summary>What a host shows to a sandbox before it may do anything there.</summary>
internal sealed record AttachRequest
{
    /// <summary>The method that carries this.</summary>
    internal const string Method = "attach";

    /// <summary>The owner's fencing token. One that is older than the newest seen is refused; an equal or newer one takes the
    /// sandbox over and cuts the connection before it.</summary>
    public required long Token { get; init; }

    /// <summary>A random secret of the sandbox's record, or null. The first attach sets it and later ones must show the same, so that
    /// a process inside cannot pose as the host. At most 128 characters.</summary>
    public string? Key { get; init; }
}
