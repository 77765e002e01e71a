using System.Diagnostics.CodeAnalysis;

namespace Drafthorse.Harness.Models;

/// <summary>Names a model as people write it: <c>provider:model</c>, such as <c>openai-chat:qwen3</c> or <c>script:demo.jsonl</c>.
/// A provider alone means its default model.</summary>
/// <param name="Provider">One of <see cref="Providers"/>.</param>
/// <param name="Model">The model as the provider names it; the file of a <c>script</c>.</param>
public sealed record ModelSpec(string Provider, string Model)
{
    /// <summary>Alibaba Cloud Model Studio, by its OpenAI-compatible endpoint.</summary>
    public const string DashScope = "dashscope";

    /// <summary>OpenAI's Responses API.</summary>
    public const string OpenAI = "openai";

    /// <summary>OpenAI's Chat Completions API, or any endpoint compatible with it.</summary>
    public const string OpenAIChat = "openai-chat";

    /// <summary>Anthropic's Messages API.</summary>
    public const string Anthropic = "anthropic";

    /// <summary>A local Ollama server.</summary>
    public const string Ollama = "ollama";

    /// <summary>A recorded script instead of a model.</summary>
    public const string Script = "script";

    /// <summary>The providers. Which of them a key alone chooses is <see cref="ModelSettings.ChooseAsync"/>'s to say.</summary>
    public static IReadOnlyList<string> Providers { get; } = [DashScope, OpenAI, OpenAIChat, Anthropic, Ollama, Script];

    /// <summary>Reads a specification.</summary>
    /// <exception cref="ModelException">The provider is unknown, or the model is missing and the provider has no default.</exception>
    public static ModelSpec Parse(string text)
    {
        if (TryParse(text, out var spec, out var error))
        {
            return spec;
        }

        throw new ModelException(ModelErrorKind.Configuration, error);
    }

    /// <summary>Reads a comma separated list of specifications; empty parts are skipped.</summary>
    /// <exception cref="ModelException">One of them is not a specification.</exception>
    public static IReadOnlyList<ModelSpec> ParseList(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    /// <summary>Reads a specification, or says why it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ModelSpec? spec, out string error)
    {
        spec = null;
        var trimmed = (text ?? "").Trim();
        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        var provider = (colon < 0 ? trimmed : trimmed[..colon]).TrimEnd().ToLowerInvariant();
        var model = colon < 0 ? "" : trimmed[(colon + 1)..].Trim();
        if (!Providers.Contains(provider))
        {
            error = $"'{trimmed}' does not name a model. Write provider:model with one of {string.Join(", ", Providers)}, such as openai-chat:{(colon < 0 && trimmed.Length > 0 ? trimmed : "NAME")}.";
            return false;
        }

        if (model.Length == 0)
        {
            model = ModelDefaults.ModelOf(provider) ?? "";
            if (model.Length == 0)
            {
                error = $"'{trimmed}' names no model, and {provider} has no default. Write {provider}:NAME.";
                return false;
            }
        }

        error = "";
        spec = new ModelSpec(provider, model);
        return true;
    }

    /// <summary>The specification as people write it.</summary>
    public override string ToString() => $"{Provider}:{Model}";
}
