using System.Collections;
using System.Globalization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Diagnostics;

/// <summary>What the lines of a log are about while a thread is worked on: thread, repository, and the number of its issue or pull request.</summary>
internal sealed class ThreadLogScope : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _values;

    public ThreadLogScope(ThreadRecord thread)
    {
        ArgumentNullException.ThrowIfNull(thread);
        _values = [new("Thread", thread.Id.ToString())];
        if (thread.Origin.Repository is { } repository)
            _values.Add(new("Repository", repository.FullName));
        if (thread.Origin.Number is { } number)
            _values.Add(new("Issue", number));
    }

    public int Count => _values.Count;

    public KeyValuePair<string, object?> this[int index] => _values[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(' ', _values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Key}:{value.Value}")));
}
