using Drafthorse.Harness.Models;

namespace Drafthorse.Tests.Models.Http.Errors;

public sealed class ProviderErrorsTests
{
    [Theory]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","code":"context_length_exceeded"}}""", ModelErrorKind.ContextOverflow)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"}}""", ModelErrorKind.ContextOverflow)]
    [InlineData(400, """{"error":{"code":"invalid_parameter_error","message":"<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]"}}""", ModelErrorKind.ContextOverflow)]
    [InlineData(400, """{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error"}}""", ModelErrorKind.ContextOverflow)]
    [InlineData(413, """{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}""", ModelErrorKind.ContextOverflow)]
    [InlineData(429, """{"error":{"message":"Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 40000.","code":"rate_limit_exceeded"}}""", ModelErrorKind.ContextOverflow)]
    [InlineData(429, """{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}""", ModelErrorKind.RateLimited)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}""", ModelErrorKind.QuotaExhausted)]
    [InlineData(400, """{"error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}""", ModelErrorKind.QuotaExhausted)]
    [InlineData(400, """{"error":{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"}}""", ModelErrorKind.RateLimited)]
    [InlineData(400, """{"error":{"code":"data_inspection_failed","message":"Input data may contain inappropriate content."}}""", ModelErrorKind.ContentFiltered)]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided"}}""", ModelErrorKind.Authentication)]
    [InlineData(403, "forbidden", ModelErrorKind.Authentication)]
    [InlineData(404, """{"error":{"message":"The model does not exist"}}""", ModelErrorKind.InvalidRequest)]
    [InlineData(400, """{"error":"bad"}""", ModelErrorKind.InvalidRequest)]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ModelErrorKind.Overloaded)]
    [InlineData(503, "", ModelErrorKind.Overloaded)]
    [InlineData(500, "<html>oops</html>", ModelErrorKind.Unavailable)]
    [InlineData(302, "", ModelErrorKind.Unavailable)]
    public async Task Ask_ErrorResponse_HasItsKindAndACure(int status, string body, ModelErrorKind kind)
    {
        var client = ModelTest.Client("openai-chat:m", new RecordedHttp().Fail(status, body));

        var exception = await Assert.ThrowsAsync<ModelException>(() => client.AskAsync());

        Assert.Equal(kind, exception.Kind);
        Assert.Equal(status, exception.Status);
        Assert.StartsWith("openai-chat:m", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("k-openai", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("Retry-After", "0", 0)]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("Retry-After", "Mon, 01 Jan 2001 00:00:00 GMT", 0)]
    public async Task Ask_RetryAfter_IsRead(string header, string value, double seconds)
    {
        var client = ModelTest.Client("openai-chat:m", new RecordedHttp().Fail(429, "{}", (header, value)));

        var exception = await Assert.ThrowsAsync<ModelException>(() => client.AskAsync());

        Assert.Equal(seconds, exception.RetryAfter!.Value.TotalSeconds);
    }

    [Fact]
    public async Task Ask_NobodyThere_IsUnavailableAndNamesTheAddress()
    {
        var client = ModelTest.Client("anthropic:m", new RecordedHttp().Throw(new HttpRequestException("Connection refused")));

        var exception = await Assert.ThrowsAsync<ModelException>(() => client.AskAsync());

        Assert.Equal(ModelErrorKind.Unavailable, exception.Kind);
        Assert.Contains("api.anthropic.com", exception.Message, StringComparison.Ordinal);
    }
}
