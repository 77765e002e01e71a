namespace Drafthorse.Evaluation.Tasks;

/// <summary>A task cannot be used. The message says why, and what to do.</summary>
internal sealed class TaskException(string message, Exception? innerException = null) : Exception(message, innerException);
