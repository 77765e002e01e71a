using System.Net;
using System.Text;
using Drafthorse.Harness.Models;

namespace Drafthorse.Tests.Models.Http.Errors;

/// <summary>Providers, routers, proxies and local servers put their reason in many places; it is found in all of them.</summary>
public sealed class ReasonReaderTests
{
    [Theory]
    [InlineData("""{"error":{"message":"WHY"}}""")]
    [InlineData("""{"error":"WHY"}""")]
    [InlineData("""{"message":"WHY"}""")]
    [InlineData("""{"detail":"WHY"}""")]
    [InlineData("""{"detail":[{"type":"missing","loc":["body","messages"],"msg":"WHY"}]}""")]
    [InlineData("""{"errors":[{"message":"WHY"}]}""")]
    [InlineData("""{"errors":["WHY"]}""")]
    [InlineData("""[{"error":{"code":400,"message":"WHY","status":"INVALID_ARGUMENT"}}]""")]
    [InlineData("""{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"WHY\"}}","provider_name":"X"}}}""")]
    [InlineData("""{"error":{"message":"Provider returned error","metadata":{"raw":"WHY"}}}""")]
    [InlineData("""{"error":{"message":"BadRequestError: Exception - {\n  \"error\": {\"message\": \"WHY\"}}"}}""")]
    [InlineData("""{"base_resp":{"status_code":2013,"status_msg":"WHY"}}""")]
    [InlineData("""{"error_msg":"WHY","error_code":336003}""")]
    [InlineData("""{"\ud800":1,"error":{"\udfff":2,"message":"WHY"}}""")]
    [InlineData("\"WHY\"")]
    [InlineData("WHY")]
    [InlineData("<html><head><title>WHY</title></head><body><h1>nginx</h1></body></html>")]
    [InlineData("<html><body><p>it is <b>WHY</b></p></body></html>")]
    [InlineData("""{"error":{"message":"WHY" """)]
    public async Task Ask_ErrorInAnyShape_TellsItsWords(string body)
    {
        var exception = await FailureOf(new RecordedHttp().Fail(400, body));

        Assert.Contains("WHY", exception.Message, StringComparison.Ordinal);
        Assert.Equal(ModelErrorKind.InvalidRequest, exception.Kind);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Rate limit exceeded","code":429}}""", ModelErrorKind.RateLimited, "Rate limit exceeded")]
    [InlineData("""{"error":{"message":"slow","code":"429"}}""", ModelErrorKind.RateLimited, "slow")]
    [InlineData("""[{"error":{"code":503,"message":"The model is overloaded."}}]""", ModelErrorKind.Overloaded, "The model is overloaded")]
    [InlineData("""{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}""", ModelErrorKind.QuotaExhausted, "insufficient balance")]
    [InlineData("""{"detail":"Internal error"}""", ModelErrorKind.Unavailable, "Internal error")]
    [InlineData("""{"code":401,"message":"bad token"}""", ModelErrorKind.Authentication, "bad token")]
    public async Task Ask_ErrorWithStatus200_HasItsKindAndWords(string body, ModelErrorKind kind, string words)
    {
        foreach (var type in new[] { "application/json", "text/event-stream", "text/plain" })
        {
            var exception = await FailureOf(Answers(type, body));

            Assert.Equal(kind, exception.Kind);
            Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("openai-chat:m", """data: {"error":{"message":"WHY","code":429}}""")]
    [InlineData("openai-chat:m", """data: {"object":"error","message":"WHY","code":429}""")]
    [InlineData("openai-chat:m", "event: error\ndata: {\"message\":\"WHY\",\"code\":429}")]
    [InlineData("openai-chat:m", """data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}],"error":{"code":429,"message":"WHY"}}""")]
    [InlineData("openai-chat:m", """error: {"code":429,"message":"WHY","type":"rate_limit"}""")]
    [InlineData("openai-chat:m", """{"error":{"message":"WHY","code":429}}""")]
    [InlineData("openai-chat:m", """data: [{"error":{"message":"WHY","code":429}}]""")]
    [InlineData("openai:m", """data: {"type":"error","code":"rate_limit_exceeded","message":"WHY"}""")]
    [InlineData("openai:m", """data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"WHY"}}}""")]
    [InlineData("openai:m", """data: {"error":{"message":"WHY","code":429}}""")]
    [InlineData("anthropic:m", """data: {"type":"error","error":{"type":"rate_limit_error","message":"WHY"}}""")]
    [InlineData("anthropic:m", "event: error\ndata: {\"error\":{\"type\":\"rate_limit_error\",\"message\":\"WHY\"}}")]
    [InlineData("anthropic:m", """data: {"detail":"WHY: too many requests"}""")]
    public async Task Ask_ErrorWithinAStream_HasItsKindAndWords(string spec, string line)
    {
        var begun = spec switch
        {
            "openai:m" => """{"type":"response.output_text.delta","delta":"a"}""",
            "anthropic:m" => """{"type":"message_start","message":{"id":"r"}}""",
            _ => """{"choices":[{"delta":{"content":"a"}}]}""",
        };
        var exception = await FailureOf(new RecordedHttp().Raw($"data: {begun}\n\n{line}\n\n"), spec);

        Assert.Equal(ModelErrorKind.RateLimited, exception.Kind);
        Assert.Contains("WHY", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Input is too long for requested model.")]
    [InlineData("This model's maximum prompt length is 131072 but the request contains 537812 tokens")]
    [InlineData("prompt too long; exceeded max context length by 4 tokens")]
    [InlineData("prompt is too long: 210000 tokens > 200000 maximum")]
    [InlineData("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")]
    [InlineData("This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens")]
    [InlineData("You passed 40961 input tokens and requested 0 output tokens. However, the model's context length is only 40960 tokens")]
    [InlineData("The decoder prompt (length 5000) is longer than the maximum model length of 4096.")]
    [InlineData("request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it")]
    [InlineData("Invalid request: Your request exceeded model token limit: 131072")]
    [InlineData("Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length")]
    [InlineData("Please reduce the length of the messages or completion.")]
    [InlineData("Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens")]
    [InlineData("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens")]
    [InlineData("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]")]
    [InlineData("Sorry, your conversation is too long for this model")]
    [InlineData("Request exceeds the model's context")]
    public async Task Ask_OverflowInAnyWords_IsAnOverflow(string words)
    {
        var exception = await FailureOf(new RecordedHttp().Fail(400, $$"""{"message":"{{words}}"}"""));

        Assert.Equal(ModelErrorKind.ContextOverflow, exception.Kind);
    }

    [Theory]
    [InlineData(400, "You have reached your specified API usage limits. You will regain access on 2026-12-01.", ModelErrorKind.QuotaExhausted)]
    [InlineData(403, "Your team has used all available credits or reached its monthly spending limit.", ModelErrorKind.QuotaExhausted)]
    [InlineData(402, "This request requires more credits", ModelErrorKind.QuotaExhausted)]
    [InlineData(429, "This request would exceed your organization's rate limit of 40,000 input tokens per minute", ModelErrorKind.RateLimited)]
    [InlineData(400, "API key not valid. Please pass a valid API key.", ModelErrorKind.Authentication)]
    [InlineData(400, "Content Exists Risk", ModelErrorKind.ContentFiltered)]
    [InlineData(400, "The request was rejected because it was considered high risk", ModelErrorKind.ContentFiltered)]
    [InlineData(400, "input image exceeds the maximum size", ModelErrorKind.InvalidRequest)]
    [InlineData(500, "the engine is currently overloaded, please try again later", ModelErrorKind.Overloaded)]
    [InlineData(502, "<html><title>502 Bad Gateway</title></html>", ModelErrorKind.Unavailable)]
    public async Task Ask_ErrorInAnyWords_HasItsKind(int status, string words, ModelErrorKind kind)
    {
        Assert.Equal(kind, (await FailureOf(new RecordedHttp().Fail(status, words))).Kind);
    }

    [Theory]
    [InlineData("""{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. Please retry in 1.5s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1s"}]}}""", 1.5)]
    [InlineData("""{"error":{"message":"Rate limit reached. Please try again in 6m0s."}}""", 360)]
    [InlineData("""{"error":{"message":"Please try again in 120ms."}}""", 0.12)]
    [InlineData("""{"error":{"message":"Please retry after 6 seconds."}}""", 6)]
    [InlineData("""{"error":{"message":"wait 1m30.5s"}}""", 90.5)]
    [InlineData("""{"error":{"message":"slow down"},"retry_after":7}""", 7)]
    public async Task Ask_DelayInTheBody_IsARateLimitWithThatDelay(string body, double seconds)
    {
        var exception = await FailureOf(new RecordedHttp().Fail(429, body));

        Assert.Equal((ModelErrorKind.RateLimited, seconds), (exception.Kind, exception.RetryAfter!.Value.TotalSeconds));
    }

    [Theory]
    [InlineData("""{"error":{"message":"no"},"retry_after":1e300}""")]
    [InlineData("""{"error":{"message":"try again in 999999999h"}}""")]
    public async Task Ask_DelayThatNobodyCanWait_IsBounded(string body) =>
        Assert.True((await FailureOf(new RecordedHttp().Fail(429, body))).RetryAfter is null or { TotalDays: <= 7 });

    [Fact]
    public async Task Ask_DeepAndControlCharacters_AreBoundedAndHarmless()
    {
        var deep = new StringBuilder().Insert(0, "{\"error\":", 60).Append("\"x\"").Append('}', 60).ToString();
        var wild = "{\"error\":\"\\u001b]0;T\\u0007 " + new string('x', 5000) + "\"}";

        Assert.NotEmpty((await FailureOf(new RecordedHttp().Fail(400, deep))).Message);
        var message = (await FailureOf(new RecordedHttp().Fail(400, wild))).Message;
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, 400, 1000);
    }

    private static RecordedHttp Answers(string type, string body) =>
        new() { Otherwise = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, type) } };

    private static Task<ModelException> FailureOf(RecordedHttp http, string spec = "openai-chat:m") =>
        Assert.ThrowsAsync<ModelException>(() => ModelTest.Client(spec, http).AskAsync());
}
