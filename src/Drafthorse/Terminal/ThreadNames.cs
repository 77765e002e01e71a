using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Terminal;

/// <summary>Finds the thread that a person names: by its id, the first digits of it, or a key of their own.</summary>
internal static class ThreadNames
{
    /// <summary>The key of a thread to send to; an unknown name becomes a key of the user's own.</summary>
    public static async Task<string> KeyOfAsync(IThreadStore store, string name, CancellationToken cancellationToken) =>
        ThreadId.TryParse(name, null, out var id)
            ? (await store.GetThreadAsync(id, cancellationToken))?.Key ?? throw new SettingsException($"There is no thread {id}. See: drafthorse threads list")
            : name.Contains(':', StringComparison.Ordinal) ? name : $"{WorkTarget.User}:{name}";

    /// <summary>A thread that exists.</summary>
    public static async Task<ThreadRecord> FindAsync(IThreadStore store, string name, CancellationToken cancellationToken)
    {
        var id = ThreadId.TryParse(name, null, out var parsed) ? parsed : ThreadId.FromKey(await KeyOfAsync(store, name, cancellationToken));
        if (await store.GetThreadAsync(id, cancellationToken) is { } thread)
            return thread;
        var page = await store.ListThreadsAsync(new ThreadQuery { Limit = 200 }, cancellationToken);
        var matches = page.Threads.Where(row => row.Id.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches switch
        {
            [var only] => only,
            [] => throw new SettingsException($"There is no thread '{name}'. See: drafthorse threads list"),
            _ => throw new SettingsException($"'{name}' fits {matches.Count} threads. Write more digits."),
        };
    }
}
