namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>A thread's number and a position in it, as one integer key: rows of a thread lie together.</summary>
internal static class SqliteKeys
{
    public const long MaxPosition = uint.MaxValue;

    public static long Make(long thread, long position) => (thread << 32) | position;

    public static long Thread(long key) => key >> 32;

    public static long Position(long key) => key & uint.MaxValue;
}
