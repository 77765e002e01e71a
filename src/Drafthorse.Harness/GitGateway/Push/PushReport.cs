using System.Text;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>The answer to a push in git's own form: lines for the person on side band 2, then a status for each ref.</summary>
internal sealed class PushReport(Stream response, PushCommands push)
{
    private const int MaxBand = 900;
    private readonly bool _sideBand = push.Capabilities.Contains("side-band-64k");

    /// <summary>Says something to whoever reads the client's output.</summary>
    public async Task SayAsync(string text, CancellationToken cancellationToken)
    {
        if (!_sideBand)
            return;
        foreach (var line in text.Split('\n'))
        {
            await WriteBandAsync(2, Encoding.UTF8.GetBytes($"drafthorse: {Printable.Line(line, MaxBand)}\n"), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Ends the answer: every ref accepted, or every ref refused with the reason's first line.</summary>
    public async Task FinishAsync(string? refusal, CancellationToken cancellationToken)
    {
        if (push.Capabilities.Contains("report-status") || push.Capabilities.Contains("report-status-v2"))
        {
            var status = new MemoryStream();
            status.Write(PktLine.Write("unpack ok\n"));
            foreach (var command in push.Commands)
            {
                status.Write(PktLine.Write(refusal is null
                    ? $"ok {command.Ref}\n"
                    : $"ng {command.Ref} drafthorse: {Printable.Line(refusal.Split('\n')[0], 300)}\n"));
            }

            status.Write(PktLine.Flush.Span);
            var bytes = status.ToArray();
            for (var at = 0; at < bytes.Length; at += PktLine.MaxPayload - 1)
                await WriteStatusAsync(bytes.AsMemory(at, Math.Min(PktLine.MaxPayload - 1, bytes.Length - at)), cancellationToken).ConfigureAwait(false);
        }

        if (_sideBand)
            await response.WriteAsync(PktLine.Flush, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteStatusAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_sideBand)
            await WriteBandAsync(1, bytes.ToArray(), cancellationToken).ConfigureAwait(false);
        else
            await response.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteBandAsync(byte band, byte[] bytes, CancellationToken cancellationToken) =>
        await response.WriteAsync(PktLine.Write([band, .. bytes]), cancellationToken).ConfigureAwait(false);
}
