using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Drafthorse.Harness.Models.Http.Replies;

/// <summary>Turns what providers say into kinds of errors. Status codes alone do not tell an overflow from a typing error.</summary>
internal static class ProviderErrors
{
    /// <summary>What providers and local servers write when a request does not fit into the window.</summary>
    private static readonly string[] Overflow =
    [
        "context_length_exceeded", // OpenAI's code
        "maximum context length", // OpenAI, vLLM, DeepSeek, Mistral, OpenRouter
        "exceeds the context window", // OpenAI Responses
        "prompt is too long", // Anthropic
        "exceed context limit", // Anthropic: input and max_tokens together
        "request_too_large", // Anthropic's type for 413
        "range of input length", // DashScope
        "input token length is too long", // DashScope
        "exceeds the available context size", // llama.cpp
        "exceeds the context length", // Ollama, LM Studio
        "exceeds maximum allowed", // SGLang
        "exceeds the maximum number of tokens", // Gemini's compatible endpoint
        "exceeds the limit of", // GitHub's models
        "exceeded model token limit", // Moonshot
        "prompt exceeds max length", // Zhipu
        "context window exceeds limit", // MiniMax
        "greater than the context length", // LM Studio
        "reduce the length of the messages", // Groq and older OpenAI models
        "request too large for", // OpenAI: more than the account's tokens a minute, which no waiting cures
    ];

    private static readonly string[] Quota =
        ["insufficient_quota", "billing_error", "credit balance is too low", "insufficient balance", "arrearage", "exceeded your current quota", "billing_hard_limit"];

    private static readonly string[] Filtered =
        ["content_filter", "content_policy", "data_inspection_failed", "datainspectionfailed", "content management policy"];

    private static readonly string[] Limited = ["rate_limit", "throttling", "limit_requests", "limit_burst", "too many requests", "tokens per min"];

    private static readonly string[] Busy = ["overloaded", "server_is_overloaded", "slow_down", "at capacity", "capacity exceeded", "model_overloaded"];

    public static ModelException FromResponse(ModelSpec spec, ModelEndpoint endpoint, HttpResponseMessage response, string body, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var (code, message) = Parse(body);
        var kind = KindOf(status, code, message);
        return new ModelException(kind, Explain(spec, kind, $"HTTP {status.ToString(CultureInfo.InvariantCulture)}", code, message, endpoint.KeyVariable))
        {
            Model = spec.ToString(),
            Status = status,
            RetryAfter = RetryAfterOf(response, now),
        };
    }

    /// <summary>An error that arrived as an event inside a stream that had begun well.</summary>
    public static ModelException FromEvent(ModelSpec spec, ModelEndpoint endpoint, JsonElement error)
    {
        var (code, message) = Parse(error);
        var kind = KindOf(0, code, message);
        return new ModelException(kind, Explain(spec, kind, "an error within its answer", code, message, endpoint.KeyVariable)) { Model = spec.ToString() };
    }

    public static ModelException Unreachable(ModelSpec spec, Uri url, Exception exception) =>
        new(ModelErrorKind.Unavailable, $"{spec} could not be reached at {url.GetLeftPart(UriPartial.Authority)}: {exception.Message} Check the network and the endpoint's address.", exception)
        {
            Model = spec.ToString(),
        };

    public static ModelException Cut(ModelSpec spec, string how, Exception? exception = null) =>
        new(ModelErrorKind.Unavailable, $"{spec} cut its answer: {how}.", exception) { Model = spec.ToString() };

    public static ModelErrorKind KindOf(int status, string code, string message)
    {
        var says = code + "\n" + message;
        if (ContainsAny(says, Overflow) || status == (int)HttpStatusCode.RequestEntityTooLarge)
        {
            return ModelErrorKind.ContextOverflow;
        }

        if (ContainsAny(says, Quota) || status == (int)HttpStatusCode.PaymentRequired)
        {
            return ModelErrorKind.QuotaExhausted;
        }

        if (ContainsAny(says, Filtered))
        {
            return ModelErrorKind.ContentFiltered;
        }

        return status switch
        {
            401 or 403 => ModelErrorKind.Authentication,
            408 => ModelErrorKind.Timeout,
            429 => ModelErrorKind.RateLimited,
            529 => ModelErrorKind.Overloaded,
            _ when ContainsAny(says, Limited) => ModelErrorKind.RateLimited,
            _ when ContainsAny(says, Busy) => ModelErrorKind.Overloaded,
            503 => ModelErrorKind.Overloaded,
            >= 500 => ModelErrorKind.Unavailable,
            0 => InStream(code),
            < 400 => ModelErrorKind.Unavailable,
            _ => ModelErrorKind.InvalidRequest,
        };
    }

    private static ModelErrorKind InStream(string code) => code switch
    {
        "invalid_request_error" or "invalid_prompt" or "not_found_error" => ModelErrorKind.InvalidRequest,
        "authentication_error" or "permission_error" or "invalid_api_key" => ModelErrorKind.Authentication,
        "timeout_error" => ModelErrorKind.Timeout,
        _ => ModelErrorKind.Unavailable,
    };

    private static (string Code, string Message) Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Parse(document.RootElement);
        }
        catch (JsonException)
        {
            return ("", Shorten(body));
        }
    }

    private static (string Code, string Message) Parse(JsonElement root)
    {
        var error = root.Object("error") ?? root.Object("response")?.Object("error") ?? root;
        var codes = string.Join(' ', new[] { error.String("code"), error.String("type"), root.String("code") }.Where(part => !string.IsNullOrEmpty(part)).Distinct());
        var message = error.String("message") ?? root.String("error") ?? root.String("detail") ?? "";
        return (codes, Shorten(message));
    }

    private static string Explain(ModelSpec spec, ModelErrorKind kind, string how, string code, string message, string keyVariable)
    {
        var said = message.Length > 0 ? message : code.Length > 0 ? code : "no reason given";
        var cure = kind switch
        {
            ModelErrorKind.Authentication => $"Check {keyVariable} and whether it may use this model.",
            ModelErrorKind.RateLimited => "Wait, ask the provider for a higher limit, or set DRAFTHORSE_FALLBACK_MODELS.",
            ModelErrorKind.QuotaExhausted => "Top up the provider's account or set DRAFTHORSE_FALLBACK_MODELS.",
            ModelErrorKind.Overloaded or ModelErrorKind.Unavailable or ModelErrorKind.Timeout => "Try again later or set DRAFTHORSE_FALLBACK_MODELS.",
            ModelErrorKind.ContextOverflow => "The conversation must be compacted, or a model with a larger window used.",
            ModelErrorKind.ContentFiltered => "The provider's content filter refused it: word the task differently or use another model.",
            _ => $"Check the model name '{spec.Model}' and the endpoint's address.",
        };
        return $"{spec} answered with {how}: {said.TrimEnd('.')}. {cure}";
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is >= 0 and < 86_400_000)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - now : null);
        return wait is { } span && span < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static bool ContainsAny(string text, string[] parts) => Array.Exists(parts, part => text.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 500 ? line : line[..500] + "...";
    }
}
