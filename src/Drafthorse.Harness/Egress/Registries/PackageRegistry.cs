namespace Drafthorse.Harness.Egress.Registries;

/// <summary>A package registry that a tool of this machine is set to.</summary>
/// <param name="Tool"><c>npm</c>, <c>pip</c>, <c>nuget</c>, <c>maven</c>, <c>cargo</c>, <c>go</c> or <c>apt</c>.</param>
/// <param name="Address">Its address, without credentials.</param>
/// <param name="HasCredentials">Whether the tool holds credentials for it: then no sandbox gets a tunnel to it.</param>
public sealed record PackageRegistry(string Tool, Uri Address, bool HasCredentials);
