namespace Drafthorse.Folders;

/// <summary>A folder could not be looked at, copied or changed. The message names the cause and the cure.</summary>
internal sealed class FolderException(string message, Exception? innerException = null) : Exception(message, innerException);
