namespace Drafthorse.Harness.Threads;

/// <summary>The store could not do what was asked. Nothing of the operation was written; the message names the cause and the cure.</summary>
public sealed class ThreadStoreException(ThreadStoreError error, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The cause.</summary>
    public ThreadStoreError Error { get; } = error;
}

/// <summary>Why a store failed.</summary>
public enum ThreadStoreError
{
    /// <summary>Anything else, such as a read or write error of the disk.</summary>
    Failed,

    /// <summary>The file cannot be made, opened or written.</summary>
    NoAccess,

    /// <summary>Another process held the store's write lock for too long.</summary>
    Locked,

    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>The file is damaged or no store.</summary>
    Damaged,

    /// <summary>A newer version of Drafthorse wrote the store.</summary>
    NewerVersion,

    /// <summary>The file lies on a network file system, where locks and flushes cannot be trusted.</summary>
    NetworkFileSystem,

    /// <summary>More operations wait than the disk can take.</summary>
    Overloaded,

    /// <summary>The server that keeps the threads cannot be reached.</summary>
    Unreachable,

    /// <summary>The threads were moved to another store, or are on their way into this one; it takes no writes.</summary>
    Moved,
}
