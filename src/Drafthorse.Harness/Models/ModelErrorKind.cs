namespace Drafthorse.Harness.Models;

/// <summary>Why a model did not answer.</summary>
public enum ModelErrorKind
{
    /// <summary>No usable model: a setting is missing or wrong. Nothing was sent.</summary>
    Configuration,

    /// <summary>Too many requests or tokens for now.</summary>
    RateLimited,

    /// <summary>The account's credit or quota is used up; waiting does not help.</summary>
    QuotaExhausted,

    /// <summary>The provider says that it has too much to do.</summary>
    Overloaded,

    /// <summary>The provider failed, was not reachable, or cut its answer.</summary>
    Unavailable,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The request does not fit into the model's context window.</summary>
    ContextOverflow,

    /// <summary>The key is missing, wrong, or may not use this model.</summary>
    Authentication,

    /// <summary>The provider refused the request, for example an unknown model name.</summary>
    InvalidRequest,

    /// <summary>The provider's content filter refused the request or the answer.</summary>
    ContentFiltered,
}
