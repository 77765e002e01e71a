namespace Drafthorse.Harness.Models;

/// <summary>What a provider uses when nothing is said.</summary>
internal static class ModelDefaults
{
    public const string OllamaUrl = "http://127.0.0.1:11434";

    public static string? ModelOf(string provider) => provider switch
    {
        ModelSpec.DashScope => "qwen3-coder-plus",
        ModelSpec.OpenAI or ModelSpec.OpenAIChat => "gpt-6-sol",
        ModelSpec.Anthropic => "claude-opus-5-5",
        ModelSpec.Ollama => "qwen3-coder",
        _ => null,
    };

    public static Uri UrlOf(string provider) => new(provider switch
    {
        ModelSpec.DashScope => "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ModelSpec.Anthropic => "https://api.anthropic.com",
        ModelSpec.Ollama => OllamaUrl,
        _ => "https://api.openai.com/v1",
    });
}
