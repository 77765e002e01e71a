using System.Buffers.Binary;
using System.Text.Json;
using Drafthorse.Sandbox.Exec.Running;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Exec;

/// <summary>What an exec stream carries: records of output while it runs, then one report with the kept bytes after it. A record is
/// one byte kind, three bytes length, the payload.</summary>
internal static class ExecRecords
{
    private const int HeaderSize = 4;
    private const byte OutputKind = 1;
    private const byte ErrorKind = 2;
    private const byte SkippedKind = 3;
    private const byte ReportKind = 4;
    private const int MaxRecord = 2 * ExecRequest.MaxOutputLimit;

    public static byte[] Piece(LiveOutput.Piece piece)
    {
        int skipped = piece.Skipped > 0 ? HeaderSize + sizeof(long) : 0;
        byte[] bytes = new byte[skipped + HeaderSize + piece.Data.Length];
        if (skipped > 0)
        {
            WriteHeader(bytes, SkippedKind, sizeof(long));
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeaderSize), piece.Skipped);
        }

        WriteHeader(bytes.AsSpan(skipped), piece.IsError ? ErrorKind : OutputKind, piece.Data.Length);
        piece.Data.CopyTo(bytes, skipped + HeaderSize);
        return bytes;
    }

    public static byte[] Report(ExecReport report, IReadOnlyList<byte[]> kept)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(report, ExecJson.Default.ExecReport);
        byte[] bytes = new byte[HeaderSize + json.Length + kept.Sum(part => part.Length)];
        WriteHeader(bytes, ReportKind, json.Length);
        json.CopyTo(bytes, HeaderSize);
        int at = HeaderSize + json.Length;
        foreach (byte[] part in kept)
        {
            part.CopyTo(bytes, at);
            at += part.Length;
        }

        return bytes;
    }

    /// <summary>Reads a whole exec stream. Throws <see cref="SandboxCallException"/> when
    /// the sandbox sends what no daemon sends.</summary>
    public static async Task<ExecResult> ReadAsync(WireStream call, Func<ExecOutput, ValueTask>? onOutput, CancellationToken cancellationToken)
    {
        byte[] header = new byte[HeaderSize];
        long skipped = 0;
        while (true)
        {
            byte[] payload = await ReadRecordAsync(call, header, cancellationToken).ConfigureAwait(false);
            switch (header[0])
            {
                case OutputKind or ErrorKind when onOutput is not null:
                    await onOutput(new ExecOutput(header[0] == ErrorKind, payload, skipped)).ConfigureAwait(false);
                    skipped = 0;
                    break;
                case SkippedKind when onOutput is not null && payload.Length == sizeof(long):
                    skipped = BinaryPrimitives.ReadInt64LittleEndian(payload);
                    break;
                case ReportKind:
                    return await ReadReportAsync(call, payload, cancellationToken).ConfigureAwait(false);
                default:
                    throw Nonsense("a record of an unknown kind");
            }
        }
    }

    private static async Task<byte[]> ReadRecordAsync(WireStream call, byte[] header, CancellationToken cancellationToken)
    {
        try
        {
            await call.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
            int length = header[1] | header[2] << 8 | header[3] << 16;
            if (length > MaxRecord)
                throw Nonsense("a record that is too long");

            byte[] payload = new byte[length];
            await call.ReadExactlyAsync(payload, cancellationToken).ConfigureAwait(false);
            return payload;
        }
        catch (EndOfStreamException)
        {
            throw Nonsense("no result");
        }
    }

    private static async Task<ExecResult> ReadReportAsync(WireStream call, byte[] json, CancellationToken cancellationToken)
    {
        ExecReport report = Parse(json);
        KeptText output = await KeptText.ReadAsync(call, report.Output, cancellationToken).ConfigureAwait(false);
        KeptText error = await KeptText.ReadAsync(call, report.ErrorOutput, cancellationToken).ConfigureAwait(false);
        return new ExecResult
        {
            End = report.End,
            ExitCode = report.ExitCode,
            Output = output.Text,
            ErrorOutput = error.Text,
            TotalBytes = output.Total + error.Total,
            BytesLeftOut = output.LeftOut + error.LeftOut,
            SpillPath = output.SpillPath,
            ErrorSpillPath = error.SpillPath,
            Duration = report.Duration,
            Failure = report.Failure,
            Shortage = report.Shortage,
        };
    }

    private static ExecReport Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ExecJson.Default.ExecReport) ?? throw Nonsense("an empty result");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw Nonsense($"a result that cannot be read ({e.Message})");
        }
    }

    public static SandboxCallException Nonsense(string what) => new(CallCodes.Internal, $"The sandbox sent {what}.");

    private static void WriteHeader(Span<byte> target, byte kind, int length) =>
        BinaryPrimitives.WriteUInt32LittleEndian(target, kind | (uint)length << 8);
}
