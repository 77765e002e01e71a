using System.Globalization;
using System.Text;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Exec;

/// <summary>Kept output as the host shows it.</summary>
internal sealed record KeptText(string Text, long Total, long LeftOut, string? SpillPath)
{
    private const int MaxPath = 4096;

    public static async Task<KeptText> ReadAsync(WireStream call, KeptOutput kept, CancellationToken cancellationToken)
    {
        bool impossible = kept.Head is < 0 or > ExecRequest.MaxOutputLimit || kept.Tail is < 0 or > ExecRequest.MaxOutputLimit
            || kept.Total < (long)kept.Head + kept.Tail || kept.SpillPath?.Length > MaxPath || kept.SpillPath?.Any(char.IsControl) == true;
        if (impossible)
            throw ExecRecords.Nonsense("a result whose lengths cannot be");

        byte[] bytes = new byte[kept.Head + kept.Tail];
        try
        {
            await call.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException)
        {
            throw ExecRecords.Nonsense("half a result");
        }

        string head = Encoding.UTF8.GetString(bytes, 0, kept.Head);
        long left = kept.Total - bytes.Length;
        if (left == 0)
            return new KeptText(head + Encoding.UTF8.GetString(bytes, kept.Head, kept.Tail), kept.Total, 0, null);

        string where = kept.SpillPath switch
        {
            null => "they are lost",
            _ when kept.Spilled < kept.Total => $"the first {Count(kept.Spilled)} bytes of the output are in {kept.SpillPath}",
            _ => $"the whole output is in {kept.SpillPath}",
        };
        string text = $"{head}\n[{Count(left)} bytes left out; {where}]\n{Encoding.UTF8.GetString(bytes, kept.Head, kept.Tail)}";
        return new KeptText(text, kept.Total, left, kept.SpillPath);
    }

    private static string Count(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);
}
