namespace Drafthorse.Harness.Secrets;

/// <summary>Redacts known secrets from tool results before they are journaled or reach the model.</summary>
internal sealed class SecretRedaction(SecretRedactor redactor) : IAgentMiddleware
{
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        var output = await next(call, cancellationToken).ConfigureAwait(false);
        return output with
        {
            Content = [.. output.Content.Select(block => block.Text is null ? block : block with { Text = redactor.Redact(block.Text) })],
        };
    }
}
