using System.Text;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Http;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>One ref that a push wants to move. An all-zero old id creates, an all-zero new id deletes.</summary>
internal sealed record PushCommand(string Old, string New, string Ref);

/// <summary>What stands before the pack in a push: the commands, shallow lines and the client's capabilities.</summary>
internal sealed record PushCommands
{
    private const int MaxCommands = 256;
    private const int MaxShallow = 1000;
    private const int MaxRefBytes = 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public required IReadOnlyList<PushCommand> Commands { get; init; }

    public required IReadOnlySet<string> Capabilities { get; init; }

    public bool HasCertificate { get; init; }

    /// <summary>Reads up to the flush before the pack. A body with a bare flush has no commands (git probes with it).
    /// Throws <see cref="HttpException"/> (400) for anything that is not exactly the protocol's form.</summary>
    public static async Task<PushCommands> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var commands = new List<PushCommand>();
        var shallow = 0;
        var capabilities = new HashSet<string>(StringComparer.Ordinal);
        while (await PktLine.ReadAsync(body, allowEnd: false, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.AsSpan().StartsWith("push-cert"u8))
                return new PushCommands { Commands = commands, Capabilities = capabilities, HasCertificate = true };
            if (commands.Count == MaxCommands || shallow == MaxShallow)
                throw new HttpException(413, "too many push commands");
            // Where the client's history ends does not matter: the mirror behind the quarantine has the rest, and git checks that.
            if (line.AsSpan().StartsWith("shallow "u8))
                shallow++;
            else
                commands.Add(ReadCommand(line, commands.Count == 0 ? capabilities : null));
        }

        return new PushCommands { Commands = commands, Capabilities = capabilities };
    }

    private static PushCommand ReadCommand(byte[] line, HashSet<string>? capabilities)
    {
        var end = line.AsSpan().IndexOf((byte)0);
        if (end >= 0 && capabilities is null)
            throw new HttpException(400, "capabilities stand on the first command only");
        if (end >= 0)
            capabilities!.UnionWith(Encoding.Latin1.GetString(line.AsSpan(end + 1)).TrimEnd('\n').Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var text = line.AsSpan(0, end >= 0 ? end : line.Length);
        if (text.EndsWith("\n"u8))
            text = text[..^1];
        if (text.Length is < 83 or > 82 + MaxRefBytes || text[40] != ' ' || text[81] != ' ')
            throw new HttpException(400, "malformed push command");
        var (oldId, newId) = (Encoding.Latin1.GetString(text[..40]), Encoding.Latin1.GetString(text[41..81]));
        if (!ObjectId.IsValid(oldId) || !ObjectId.IsValid(newId))
            throw new HttpException(400, "malformed push command (only SHA-1 repositories are supported)");
        try
        {
            return new PushCommand(oldId, newId, StrictUtf8.GetString(text[82..]));
        }
        catch (DecoderFallbackException)
        {
            throw new HttpException(400, "a ref name is not UTF-8");
        }
    }
}
