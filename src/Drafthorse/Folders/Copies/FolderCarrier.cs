using Drafthorse.Folders.Snapshots;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Folders.Copies;

/// <summary>
/// Keeps a folder of this machine and its copy in a thread's sandbox alike: what people changed goes in when a run takes the sandbox, what
/// the agent changed comes out when the run ends. Two refs of the folder's states say what both looked like then.
/// </summary>
internal static class FolderCarrier
{
    /// <summary>The ending of the agent's version of a file that somebody changed at the same time.</summary>
    public const string BesideEnding = ".from-agent";

    /// <summary>The most bytes of one file that comes out.</summary>
    public const long MostFileBytes = 100L << 20;

    private const long MostOut = 1L << 30;

    /// <summary>Whoever owns the sandbox chooses what the host unpacks.</summary>
    private static readonly UnpackBounds WhatComesOut = new() { MaxPackBytes = MostOut, MaxObjectBytes = MostFileBytes, MaxTreeBytes = 4 * MostOut, MaxProcessorTime = TimeSpan.FromMinutes(5) };

    /// <summary>Where the copy is inside.</summary>
    public static string Inside(FolderFacts facts)
    {
        var name = string.Concat(Path.GetFileName(facts.Root).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '-')).Trim('.');
        return $"/src/{(name.Length == 0 ? "folder" : name)}";
    }

    /// <summary>Brings the folder in. What an earlier run could not bring out comes out first.</summary>
    public static async Task<FolderResult> EnterAsync(FolderSnapshots states, ThreadId thread, SandboxShell shell, CancellationToken cancellationToken)
    {
        var copy = new SandboxCopy(shell, Inside(states.Facts));
        var result = new FolderResult();
        var inside = await copy.ReadStateAsync(cancellationToken);
        if (inside is null || inside != await states.ReadRefAsync($"{thread}/inside", cancellationToken))
            inside = null;
        else
            result = await BringOutAsync(states, thread, shell, cancellationToken);

        var now = await states.TakeAsync(cancellationToken);
        var (state, have) = (now, (string?)null);
        if (inside is not null)
        {
            have = await states.ReadRefAsync($"{thread}/inside", cancellationToken) ?? throw new FolderException("the state inside is not known any more");
            state = await MergeAsync(states, have, await states.ReadRefAsync($"{thread}/outside", cancellationToken) ?? have, now, cancellationToken);
        }

        var sent = have is null ? null : await states.ReadRefAsync($"{thread}/head", cancellationToken);
        var history = states.History.Head == sent ? states.History : await states.History.OnlyCompleteAsync(states.Git, cancellationToken);
        if (state != have || history.Head != sent)
        {
            using var pack = new TemporaryFile(states);
            await PackAsync(states, pack.Path, state, have, sent, history, cancellationToken);
            await copy.SetAsync(states, state, pack.Path, history, cancellationToken);
        }

        List<(string, string?)> refs = [($"{thread}/inside", state), ($"{thread}/outside", now)];
        if (history.Head is { } head)
            refs.Add(($"{thread}/head", head));
        await states.WriteRefsAsync(refs, cancellationToken);
        return result;
    }

    /// <summary>Brings out what changed inside. A file that was changed on both sides stays as it is outside; the agent's is put beside it.</summary>
    public static async Task<FolderResult> BringOutAsync(FolderSnapshots states, ThreadId thread, SandboxShell shell, CancellationToken cancellationToken)
    {
        var (inside, outside) = (await states.ReadRefAsync($"{thread}/inside", cancellationToken), await states.ReadRefAsync($"{thread}/outside", cancellationToken));
        if (inside is null || outside is null)
            return new FolderResult();
        var copy = new SandboxCopy(shell, Inside(states.Facts));
        using var pack = new TemporaryFile(states);
        var (state, left) = await copy.CollectAsync(inside, pack.Path, MostOut, cancellationToken);
        if (state is null)
        {
            var nothing = new FolderResult();
            nothing.Refused.AddRange(left);
            return nothing;
        }

        await states.Git.TakePackAsync(pack.Path, WhatComesOut, inside, state, cancellationToken);

        var result = await states.ApplyAsync(inside, state, outside, fromStrangers: true, cancellationToken);
        result.Refused.AddRange(left);
        foreach (var conflict in result.Conflicts)
        {
            var beside = await states.KeepBesideAsync(conflict, BesideEnding, cancellationToken);
            result.Refused.Add((conflict.Path, $"it was changed here too and stays as it is{(beside is null ? "" : $"; the agent's is {beside}")}"));
        }

        await states.WriteRefsAsync([($"{thread}/inside", state), ($"{thread}/outside", await states.TakeAsync(cancellationToken))], cancellationToken);
        await copy.ConfirmAsync(state, cancellationToken);
        return result;
    }

    /// <summary>The state inside with what changed outside since both were alike: what is not brought out stays inside.</summary>
    private static async Task<string> MergeAsync(FolderSnapshots states, string inside, string before, string now, CancellationToken cancellationToken)
    {
        var changes = await states.DiffAsync(before, now, cancellationToken);
        if (changes.Count == 0)
            return inside;
        const string Index = "merge-index";
        await states.Git.RunAsync(["read-tree", inside], cancellationToken, index: Index);
        var lines = string.Concat(changes.OrderByDescending(change => change.IsDeletion).Select(change => change.IsDeletion
            ? $"0 {new string('0', change.OldId.Length)}\t{change.Path}\0"
            : $"{Convert.ToString(change.NewMode, 8)} {change.NewId}\t{change.Path}\0"));
        await states.Git.RunAsync(["update-index", "-z", "--index-info"], cancellationToken, lines, index: Index);
        return await states.Git.TextAsync(["write-tree"], cancellationToken, index: Index);
    }

    /// <summary>What is new: of the state all that is not in the one that is inside already, of the history what came after the last one
    /// that was sent, or the objects of its commits themselves, not of all that were before them.</summary>
    private static async Task PackAsync(FolderSnapshots states, string pack, string state, string? have, string? sent, History history, CancellationToken cancellationToken)
    {
        var objects = await ListAsync(have is null ? [state] : [state, $"^{have}"]);
        if (history.Head is { } head && head != sent)
            objects += await ListAsync(have is not null && sent is not null && history.IsWhole && history.Commits.Contains(sent) ? [head, $"^{sent}"] : ["--no-walk", .. history.Commits]);
        await states.Git.RunAsync(["pack-objects", "--stdout", "-q", "--delta-base-offset", "--window=0"], cancellationToken, objects, outputFile: pack);

        async Task<string> ListAsync(string[] which) =>
            await states.Git.TextAsync(["rev-list", "--objects", "--no-object-names", .. which], cancellationToken) is { Length: > 0 } list ? $"{list}\n" : "";
    }

    private sealed class TemporaryFile(FolderSnapshots states) : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(states.Git.Directory, $"pack-{Guid.NewGuid():N}");

        public void Dispose() => File.Delete(Path);
    }
}
