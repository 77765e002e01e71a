namespace Drafthorse.Harness.Models.OpenAI;

/// <summary>Where servers of the Chat Completions API differ.</summary>
internal enum ChatDialect
{
    /// <summary>Any other server.</summary>
    Compatible,

    /// <summary>OpenAI's own.</summary>
    OpenAI,

    /// <summary>Alibaba Cloud's.</summary>
    DashScope,

    /// <summary>Ollama, where reasoning is called <c>reasoning</c> instead of <c>reasoning_content</c>.</summary>
    Ollama,
}
