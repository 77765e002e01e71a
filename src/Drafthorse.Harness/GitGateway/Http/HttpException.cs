namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>A request that is answered with an error and ends its connection.</summary>
internal sealed class HttpException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
