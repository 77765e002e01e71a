namespace Drafthorse.IntegrationTests.Sandboxes;

/// <summary>The backends that one suite runs against.</summary>
public enum SandboxKind
{
    Local,
    BubblewrapManaged,
    BubblewrapNative,
    Docker,
}

/// <summary>Every kind.</summary>
public sealed class AnySandbox : TheoryData<SandboxKind>
{
    public AnySandbox() => AddRange(Enum.GetValues<SandboxKind>());
}

/// <summary>The kinds that keep what runs inside from the host.</summary>
public sealed class IsolatedSandbox : TheoryData<SandboxKind>
{
    public IsolatedSandbox() => AddRange(SandboxKind.BubblewrapManaged, SandboxKind.BubblewrapNative, SandboxKind.Docker);
}
