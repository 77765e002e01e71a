namespace Drafthorse.Sandbox.Files;

/// <summary>What a name in a folder stands for.</summary>
public enum EntryKind
{
    /// <summary>A pipe, socket or device, which file tools do not touch.</summary>
    Other,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,
}
