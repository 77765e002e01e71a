namespace Drafthorse.Sandbox.Search;

/// <summary>How far one search goes.</summary>
internal static class SearchLimits
{
    /// <summary>The time after which a search gives what it has.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(20);
}
