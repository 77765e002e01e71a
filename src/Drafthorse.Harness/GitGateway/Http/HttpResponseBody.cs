using System.Globalization;
using System.Text;
using Drafthorse.Sandbox.Streams;

namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>A chunked response body. The head goes out with the first byte, so that what fails before can still be answered
/// with an error status.</summary>
internal sealed class HttpResponseBody(HttpConnection connection, string contentType, bool keepAlive) : ForwardStream
{
    private byte[] _frame = new byte[64 * 1024 + 32];

    public bool Started { get; private set; }

    public override bool CanRead => false;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
            return;
        await StartAsync(cancellationToken).ConfigureAwait(false);
        if (_frame.Length < buffer.Length + 32)
            _frame = new byte[buffer.Length + 32];
        var head = Encoding.ASCII.GetBytes(buffer.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n", _frame);
        buffer.CopyTo(_frame.AsMemory(head));
        "\r\n"u8.CopyTo(_frame.AsSpan(head + buffer.Length));
        await connection.WriteAsync(_frame.AsMemory(0, head + buffer.Length + 2), cancellationToken).ConfigureAwait(false);
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken).ConfigureAwait(false);
        await connection.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Started)
            return;
        Started = true;
        await connection.WriteHeadAsync(200, contentType, length: null, keepAlive, cancellationToken).ConfigureAwait(false);
    }
}
