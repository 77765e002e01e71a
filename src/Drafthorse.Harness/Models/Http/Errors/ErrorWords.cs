using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>By which words providers say what is wrong. Collected from their documentation and from what they really answer.</summary>
internal static partial class ErrorWords
{
    private static readonly string[] Overflow =
    [
        "context_length_exceeded", "context length exceeded", "model_context_window_exceeded", "exceed_context_size", "string_above_max_length", "model_max_prompt_tokens_exceeded",
        "maximum context length", // OpenAI, vLLM, DeepSeek, Mistral, OpenRouter
        "exceeds the context window", // OpenAI Responses
        "prompt is too long", "prompt too long", "prompt tokens too long", // Anthropic, Fireworks, Ollama, Qianfan
        "input is too long", "input too long", "too many input tokens", "input tokens exceeded", // Bedrock
        "exceed context limit", "request_too_large", // Anthropic: input and max_tokens together; its type for 413
        "range of input length", "input token length is too long", // DashScope
        "available context size", "context size exceeded", "context shift is disabled", // llama.cpp
        "max context length", "exceeds the context length", // Ollama, LM Studio
        "greater than the context length", "context the overflows", "context overflow", "loaded with context length", // LM Studio
        "maximum prompt length", // xAI
        "exceeds maximum allowed", "longer than the model's context length", // SGLang
        "longer than the maximum model length", "too long to fit into the model", "maximum input length", "model's context length is only", "max_model_len", // vLLM
        "exceeds the maximum number of tokens", // Gemini's compatible endpoint
        "exceeds the limit of", // GitHub's models
        "exceeded model token limit", // Moonshot
        "prompt exceeds max length", // Zhipu
        "context window exceeds limit", // MiniMax
        "reduce the length of the messages", "reduce your message size", "reduce the length of your", // Groq, Cerebras and older OpenAI models
        "request too large for", // OpenAI: more than the account's tokens a minute, which no waiting cures
        "max_new_tokens` must be", "must have less than", // Text Generation Inference, Together
        "max_seq_len", "exceed max message tokens", "exceeds the maximum length", "cannot exceed the total tokens limit", "size limit exceeded by", // SiliconFlow, Ark, watsonx, Cohere
        "request entity too large", "payload too large", "content too large", "request body too large",
    ];

    /// <summary>Codes and words that only an account without credit gets: no waiting cures them.</summary>
    private static readonly string[] Quota =
    [
        "insufficient_quota", "exceeded_current_quota", "billing_error", "billing_hard_limit", "billing hard limit", "billing is not active", "billing not active", "credit balance", "insufficient balance", "insufficient_balance", "insufficient credit", "insufficient funds",
        "insufficient account balance", "enough credits", "more credits", "out of credits", "credits exhausted", "available credits", "credit limit", "arrearage", "overdue", "usage limit", "usage_limit", "spend limit", "spending limit", "spending cap",
        "monthly limit", "freetieronly", "free allocated quota", "payment required", "余额不足", "欠费",
    ];

    /// <summary>Words that mean the same, unless the provider says how long to wait.</summary>
    private static readonly string[] QuotaUnlessDelayed = ["exceeded your current quota", "quota exceeded", "exceeded quota", "quota has been exceeded", "quota exhausted", "out of quota"];

    private static readonly string[] Filtered =
    [
        "content_filter", "content_policy", "content policy", "data_inspection_failed", "datainspectionfailed", "content management policy", "responsibleaipolicy", "inappropriate content",
        "content exists risk", "considered high risk", "flagged as", "flagged for", "moderation", "prohibited_content", "prohibited content", "safety system", "safety reasons", "usage policy", "usage policies", "guardrail", "敏感内容",
    ];

    private static readonly string[] Limited =
    [
        "rate_limit", "rate limit", "ratelimit", "rate-limit", "throttl", "limit_requests", "limit_burst", "too many requests", "too_many_requests", "tokens per min", "requests per min",
        "per minute", "resource_exhausted", "concurrent requests", "concurrency limit", "frequency limit", "速率限制",
    ];

    private static readonly string[] Busy =
    [
        "overload", "slow_down", "at capacity", "over capacity", "capacity exceeded", "no capacity", "insufficient capacity", "insufficient_system_resource", "high demand", "high load",
        "server busy", "server is busy", "servers are busy", "system busy", "system is busy", "server_busy", "too busy", "loading model", "model is loading", "model is currently loading", "queue is full", "serviceunavailable", "服务繁忙",
    ];

    private static readonly string[] Keys =
        ["invalid_api_key", "api_key_invalid", "api key not valid", "invalid api key", "invalid api-key", "invalidapikey", "incorrect api key", "authentication_error", "permission_error", "permission_denied", "unauthenticated", "unauthorized", "authentication fails", "authentication failed", "invalid authentication", "access denied"];

    private static readonly string[] Late = ["timeout_error", "deadline_exceeded", "deadline exceeded", "timed out", "gateway timeout", "gateway time-out"];

    private static readonly string[] Wrong =
        ["invalid_request_error", "invalid_prompt", "not_found_error", "model_not_found", "invalid_argument", "badrequesterror", "bad_request", "unsupported_parameter", "validation_error"];

    private static readonly string[] Temporal = ["per minute", "per min", "per day", "per hour", "per second", "rate limit", "rate_limit", "tpm", "rpm", "quota", "image", "picture", "attachment"];

    public static bool AreOverflow(string says, int status) =>
        Has(says, Overflow) || (status != 429 && !Has(says, Temporal) && (TooLong().IsMatch(says) || Beyond().IsMatch(says)));

    public static bool AreQuota(string says, bool isDelayed) => Has(says, Quota) || (!isDelayed && Has(says, QuotaUnlessDelayed));

    public static bool AreFiltered(string says) => Has(says, Filtered);

    public static bool AreLimited(string says) => Has(says, Limited) || Has(says, QuotaUnlessDelayed);

    public static bool AreBusy(string says) => Has(says, Busy);

    public static bool AreAboutKey(string says) => Has(says, Keys);

    public static bool AreLate(string says) => Has(says, Late);

    public static bool AreWrongRequest(string says) => Has(says, Wrong);

    private static bool Has(string text, string[] parts) => Array.Exists(parts, part => text.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>Any other provider's "the prompt of 5,000 tokens is too long".</summary>
    [GeneratedRegex(@"\b(?:context|prompt|inputs?|conversation|messages|tokens?)\b(?:[ _-]+(?:length|window|size|tokens?|count))?[^.\n]{0,60}\b(?:exceed(?:s|ed)?|too long|too large|too many|longer than|larger than|overflow(?:s|ed)?|do(?:es)? not fit|over the limit)\b", RegexOptions.IgnoreCase, 200)]
    private static partial Regex TooLong();

    /// <summary>And the other way round: "exceeds the model's token limit".</summary>
    [GeneratedRegex(@"\b(?:exceed(?:s|ed)?|too many|longer than|larger than|greater than|beyond)\b[^.\n]{0,60}\b(?:context|(?:max(?:imum)?|allowed)[ _](?:prompt|input|sequence|model|context|token)|tokens? limit|input tokens|prompt length)", RegexOptions.IgnoreCase, 200)]
    private static partial Regex Beyond();
}
