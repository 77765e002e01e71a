namespace Drafthorse.Harness.Models;

/// <summary>Keys of the additional properties by which Drafthorse's models say what Microsoft.Extensions.AI has no member for.</summary>
public static class ModelProperties
{
    /// <summary>On a function call: the model's own argument JSON as a string, character for character, valid or not.</summary>
    public const string Arguments = "drafthorse.arguments";

    /// <summary>On a function call: a JSON object of further members that its provider sent with it, to go back with it.</summary>
    public const string Extra = "drafthorse.extra";

    /// <summary>On reasoning, and on a function call with <see cref="Extra"/>: the specification of the model that made it. Every other model drops it.</summary>
    public const string Vendor = "drafthorse.vendor";

    /// <summary>On a function result: <see langword="true"/> when the call failed.</summary>
    public const string IsError = "drafthorse.error";

    /// <summary>On an update or response: the specification of the model that answered.</summary>
    public const string Model = "drafthorse.model";

    /// <summary>On an update: why the call begins anew. What came before in this call is void; <see cref="Model"/> then says whose it was.</summary>
    public const string Restart = "drafthorse.restart";

    /// <summary>On an update with <see cref="Restart"/>: the attempt that follows, of the same model.</summary>
    internal const string Retry = "drafthorse.retry";

    /// <summary>On chat options: a name for the thread, by which a provider finds its prompt cache.</summary>
    public const string Thread = "drafthorse.thread";

    /// <summary>In <see cref="Microsoft.Extensions.AI.UsageDetails.AdditionalCounts"/>: input tokens written to the prompt cache.</summary>
    public const string CacheWrite = "cache_write";
}
