using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Mirrors;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>What a client is told before it pushes: the branches upstream has, and only the capabilities that are accepted.</summary>
internal static class PushAdvertisement
{
    private const int MaxBranches = 2000;
    private const string Capabilities = "report-status side-band-64k quiet ofs-delta object-format=sha1 agent=drafthorse";

    public static async Task WriteAsync(RepositoryMirror mirror, GitGatewayThread thread, Stream response, CancellationToken cancellationToken)
    {
        var branches = await mirror.ReadBranchesAsync(cancellationToken).ConfigureAwait(false);
        if (branches.Count > MaxBranches)
        {
            var wanted = new[] { thread.Branch, thread.BaseBranch }.Select(name => "refs/heads/" + name).ToArray();
            branches = [.. branches.Where(branch => wanted.Contains(branch.Ref))];
        }

        var lines = new MemoryStream();
        lines.Write(PktLine.Write("# service=git-receive-pack\n"));
        lines.Write(PktLine.Flush.Span);
        var capabilities = "\0" + Capabilities;
        foreach (var (reference, commit) in branches)
        {
            lines.Write(PktLine.Write($"{commit} {reference}{capabilities}\n"));
            capabilities = "";
        }

        if (branches.Count == 0)
            lines.Write(PktLine.Write($"{ObjectId.Zero} capabilities^{{}}{capabilities}\n"));
        lines.Write(PktLine.Flush.Span);
        await response.WriteAsync(lines.ToArray(), cancellationToken).ConfigureAwait(false);
    }
}
