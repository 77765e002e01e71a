using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Folders.Copies;

/// <summary>Commands of code's own in a sandbox, and files to and from it in pieces.</summary>
internal sealed class SandboxShell(SandboxClient sandbox)
{
    private const int PieceIn = 3 << 20;
    private const int PieceOut = 700_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs a script that must end with 0, and returns its output. Throws <see cref="SandboxException"/>.</summary>
    public async Task<string> RunAsync(string what, string script, CancellationToken cancellationToken, string? input = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var request = new ExecRequest
        {
            CallId = $"folder-code-{Guid.NewGuid():N}",
            Command = script,
            WorkingDirectory = "/",
            Environment = variables,
            StandardInput = input,
            Timeout = Patience,
            OutputLimit = ExecRequest.MaxOutputLimit,
            MergeError = false,
        };
        var result = await sandbox.Commands.ExecAsync(request, null, cancellationToken);
        await sandbox.Commands.AcknowledgeAsync(request.CallId, cancellationToken);
        return result is { ExitCode: 0, SpillPath: null } ? result.Output
            : throw new SandboxException($"{what} failed in the sandbox ({result.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? result.End.ToString()}): {result.ErrorOutput.Trim()}{result.Failure}");
    }

    public async Task SendAsync(string file, string inside, CancellationToken cancellationToken)
    {
        await using var from = File.OpenRead(file);
        var piece = new byte[PieceIn];
        var variables = new Dictionary<string, string> { ["file"] = inside };
        for (var redirect = ">"; await from.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var read; redirect = ">>")
            await RunAsync("copying the folder in", $"base64 -d {redirect} \"$file\"", cancellationToken, Convert.ToBase64String(piece, 0, read), variables);
    }

    /// <summary>Brings a file out of the sandbox. One that is larger than <paramref name="most"/> bytes is refused.</summary>
    public async Task ReceiveAsync(string inside, string file, long most, CancellationToken cancellationToken)
    {
        await using var to = File.Create(file);
        for (var piece = 0; ; piece++)
        {
            var variables = new Dictionary<string, string> { ["file"] = inside };
            var text = await RunAsync("copying the changes out", $"dd if=\"$file\" bs={PieceOut} skip={piece} count=1 2>/dev/null | base64 | tr -d '\\n'", cancellationToken, variables: variables);
            var bytes = Decode(text);
            if (to.Length + bytes.Length > most)
                throw new SandboxException($"the sandbox's changes are larger than {most >> 20} MiB and were not copied out");
            await to.WriteAsync(bytes, cancellationToken);
            if (bytes.Length < PieceOut)
                return;
        }
    }

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException exception)
        {
            throw new SandboxException("the sandbox sent a file that cannot be read", exception);
        }
    }
}
