using System.Globalization;
using System.Text;

namespace Drafthorse.Folders.Snapshots;

/// <summary>What each turn of a conversation changed in a folder, so that the last ones can be taken back. Ignored files are not known.</summary>
internal sealed class TurnHistory(string folder, string stateDirectory)
{
    private const string Open = "turns/open";
    private const int Kept = 20;

    /// <summary>Why turns cannot be taken back here; null when they can.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>What is not taken back, or else is worth to know of the folder.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Keeps how the folder is before a turn. A turn that was cut off began when it began first.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            WhyNot = null;
            var states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);
            if (await states.ReadRefAsync(Open, cancellationToken) is null)
                await states.WriteRefsAsync([(Open, await states.TakeAsync(cancellationToken))], cancellationToken);
            Notes = states.Notes;
        }
        catch (FolderException exception)
        {
            WhyNot = exception.Message;
        }
    }

    /// <summary>Keeps how the folder is after the turn, when that differs.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (WhyNot is not null)
            return;
        try
        {
            var states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);
            if (await states.ReadRefAsync(Open, cancellationToken) is not { } before)
                return;
            var after = await states.TakeAsync(cancellationToken);
            List<(string, string?)> refs = [(Open, null)];
            if (after != before)
            {
                var turn = $"turns/{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString("D16", CultureInfo.InvariantCulture)}";
                refs.AddRange([($"{turn}/before", before), ($"{turn}/after", after)]);
            }

            foreach (var old in (await ListAsync(states, cancellationToken)).SkipLast(Kept - 1))
                refs.AddRange([($"{old}/before", null), ($"{old}/after", null)]);
            await states.WriteRefsAsync(refs, cancellationToken);
            await states.TidyAsync(cancellationToken);
        }
        catch (FolderException exception)
        {
            WhyNot = exception.Message;
        }
    }

    /// <summary>Takes back what the last turn changed, where nobody changed it since; null when there is no turn to take back.
    /// Throws <see cref="FolderException"/>.</summary>
    public async Task<FolderResult?> UndoAsync(CancellationToken cancellationToken)
    {
        var states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);
        if (await ListAsync(states, cancellationToken) is not [.., var turn])
            return null;
        var (before, after) = (await states.ReadRefAsync($"{turn}/before", cancellationToken), await states.ReadRefAsync($"{turn}/after", cancellationToken));
        var result = before is null || after is null ? new FolderResult() : await states.ApplyAsync(after, before, after, fromStrangers: false, cancellationToken);
        await states.WriteRefsAsync([($"{turn}/before", null), ($"{turn}/after", null)], cancellationToken);
        return result;
    }

    /// <summary>The turns that can be taken back, the oldest first.</summary>
    private static async Task<IReadOnlyList<string>> ListAsync(FolderSnapshots states, CancellationToken cancellationToken) =>
        [.. Encoding.UTF8.GetString(await states.Git.RunAsync(["for-each-ref", "--sort=refname", "--format=%(refname:lstrip=2)", "refs/drafthorse/turns/*/after"], cancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => name[..name.LastIndexOf('/')])];
}
