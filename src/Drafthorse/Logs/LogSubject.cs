using System.Globalization;

namespace Drafthorse.Logs;

/// <summary>What a line of the log is about.</summary>
internal readonly record struct LogSubject(string? Thread, string? Repository, string? Issue)
{
    /// <summary>By the scopes that a line is written in.</summary>
    public static LogSubject Of(IExternalScopeProvider? scopes)
    {
        var found = new string?[3];
        scopes?.ForEachScope(
            static (scope, found) =>
            {
                foreach (var (name, value) in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
                {
                    var place = name switch { "Thread" => 0, "Repository" => 1, "Issue" => 2, _ => -1 };
                    if (place >= 0)
                        found[place] = Convert.ToString(value, CultureInfo.InvariantCulture);
                }
            },
            found);
        return new LogSubject(found[0], found[1], found[2]);
    }
}
