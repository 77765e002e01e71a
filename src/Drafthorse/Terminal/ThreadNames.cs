using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Terminal;

/// <summary>Finds the thread that a person names: by its id, the first digits of it, or a key of their own.</summary>
internal static class ThreadNames
{
    private const int FewestDigits = 4;
    private const int Searched = 200;

    /// <summary>The key of a thread to send to; a name that is no thread's becomes a key of the user's own.</summary>
    public static async Task<string> KeyOfAsync(IThreadStore store, string name, CancellationToken cancellationToken)
    {
        if (ThreadId.TryParse(name, null, out var id))
            return (await store.GetThreadAsync(id, cancellationToken))?.Key ?? throw new SettingsException($"There is no thread {id}. See: drafthorse threads list");
        var own = name.Contains(':', StringComparison.Ordinal) ? name : $"{WorkTarget.User}:{name}";
        return name.Length < FewestDigits || !name.All(char.IsAsciiHexDigit) || await store.GetThreadAsync(ThreadId.FromKey(own), cancellationToken) is not null
            ? own
            : (await FindByDigitsAsync(store, name, cancellationToken))?.Key ?? own;
    }

    /// <summary>A thread that exists.</summary>
    public static async Task<ThreadRecord> FindAsync(IThreadStore store, string name, CancellationToken cancellationToken)
    {
        var key = await KeyOfAsync(store, name, cancellationToken);
        return await store.GetThreadAsync(ThreadId.FromKey(key), cancellationToken)
            ?? await FindByDigitsAsync(store, name, cancellationToken)
            ?? throw new SettingsException($"There is no thread '{name}'. See: drafthorse threads list");
    }

    /// <summary>The newest thread that works on what this terminal works on, or null.</summary>
    public static async Task<ThreadRecord?> FindNewestAsync(IThreadStore store, WorkTarget target, CancellationToken cancellationToken)
    {
        var page = await store.ListThreadsAsync(new ThreadQuery { User = WorkTarget.User, Limit = Searched }, cancellationToken);
        return page.Threads.FirstOrDefault(thread => thread.Key == target.ThreadKey || thread.Key.StartsWith($"{target.ThreadKey}#", StringComparison.Ordinal));
    }

    private static async Task<ThreadRecord?> FindByDigitsAsync(IThreadStore store, string digits, CancellationToken cancellationToken)
    {
        var page = await store.ListThreadsAsync(new ThreadQuery { Limit = Searched }, cancellationToken);
        var matches = page.Threads.Where(row => row.Id.ToString().StartsWith(digits, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches switch
        {
            [] => null,
            [var only] => only,
            _ => throw new SettingsException($"'{digits}' fits {matches.Count} threads. Write more digits."),
        };
    }
}
