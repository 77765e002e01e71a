namespace Drafthorse.Sandbox.Exec;

/// <summary>A piece of output of a running command. Bytes, for a piece may end inside a character.</summary>
/// <param name="IsError">Whether it is error output that is kept apart.</param>
/// <param name="Data">The bytes, valid during the call only.</param>
/// <param name="SkippedBytes">Bytes left out before this piece because they came faster than they were read.</param>
public readonly record struct ExecOutput(bool IsError, ReadOnlyMemory<byte> Data, long SkippedBytes);
