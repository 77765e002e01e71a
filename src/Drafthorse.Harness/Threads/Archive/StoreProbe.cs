namespace Drafthorse.Harness.Threads.Archive;

/// <summary>How long a store took to keep a little for good and to give it back.</summary>
internal readonly record struct StoreProbe(TimeSpan Write, TimeSpan Read)
{
    /// <summary>The mark that is written.</summary>
    public const string Mark = "probe";

    public override string ToString() => $"written in {Write.TotalMilliseconds:0.0} ms, read back in {Read.TotalMilliseconds:0.0} ms";
}
