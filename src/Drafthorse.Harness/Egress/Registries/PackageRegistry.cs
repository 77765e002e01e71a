namespace Drafthorse.Harness.Egress.Registries;

/// <summary>How a registry became known.</summary>
internal enum RegistryOrigin
{
    /// <summary>This machine's configuration or environment names it: it may be at a private address.</summary>
    Configured,

    /// <summary>The tool says so itself, or was seen to use it, where nothing is configured.</summary>
    ToolDefault,

    /// <summary>A registry names it as the place of its files.</summary>
    NamedByRegistry,
}

/// <summary>A package registry that a tool of this machine is set to.</summary>
/// <param name="Tool"><c>npm</c>, <c>pip</c>, <c>nuget</c>, <c>maven</c>, <c>cargo</c>, <c>go</c> or <c>apt</c>.</param>
/// <param name="Address">Its address, without credentials.</param>
/// <param name="Origin">How it became known.</param>
/// <param name="HasCredentials">Whether this machine holds credentials for it: then no sandbox gets a tunnel to its host unless the
/// organization's own list allows it.</param>
internal sealed record PackageRegistry(string Tool, Uri Address, RegistryOrigin Origin = RegistryOrigin.Configured, bool HasCredentials = false)
{
    /// <summary>Reads an address; null when it is no http or https URL. Credentials in it are noted and dropped.</summary>
    internal static PackageRegistry? Parse(string tool, string? text, RegistryOrigin origin = RegistryOrigin.Configured, bool hasCredentials = false)
    {
        if (!Uri.TryCreate(text?.Trim().Trim('"', '\''), UriKind.Absolute, out var uri) || uri.Host.Length == 0
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            return null;
        }

        var hasUser = uri.UserInfo.Length > 0;
        return new PackageRegistry(tool, hasUser ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri : uri, origin, hasCredentials || hasUser);
    }
}
