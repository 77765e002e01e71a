using Drafthorse.Sandbox.Streams;

namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>Passes at most so many bytes on (an unpacked body may be far larger than what was sent).</summary>
internal sealed class LimitedStream(Stream inner, long limit, string what) : ForwardStream
{
    private long _passed;

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw new HttpException(400, $"{what} is not valid gzip");
        }

        _passed += read;
        return _passed <= limit ? read : throw new HttpException(413, $"{what} is larger than {limit} bytes");
    }
}
