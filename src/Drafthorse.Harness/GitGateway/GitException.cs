namespace Drafthorse.Harness.GitGateway;

/// <summary>Git or its upstream could not do its part. The message names the cause, in words for people and models.</summary>
internal sealed class GitException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    internal bool PrintedTooMuch { get; init; }
}
