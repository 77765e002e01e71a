namespace Drafthorse.Terminal;

/// <summary>Whoever read standard output has left, such as <c>head</c>.</summary>
internal sealed class OutputClosedException(IOException cause) : IOException("Nobody reads the output any more.", cause);
