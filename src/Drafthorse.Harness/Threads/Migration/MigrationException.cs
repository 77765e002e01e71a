namespace Drafthorse.Harness.Threads.Migration;

/// <summary>A move of threads that cannot be made, or did not come to its end. The message names the cause and says where the threads are.</summary>
internal sealed class MigrationException(string message) : Exception(message);
