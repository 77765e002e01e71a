namespace Drafthorse.Sandboxd;

/// <summary>The options of one command, and what stands after <c>--</c>.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Rest { get; private init; } = [];

    /// <summary>Throws <see cref="UsageException"/>.</summary>
    public static CommandLine Parse(string[] arguments, string[] options, string[] flags)
    {
        int end = Array.IndexOf(arguments, "--");
        var line = new CommandLine { Rest = end < 0 ? [] : arguments[(end + 1)..] };
        for (int i = 0; i < (end < 0 ? arguments.Length : end); i++)
        {
            if (flags.Contains(arguments[i]))
                line._values[arguments[i]] = "";
            else if (options.Contains(arguments[i]) && i + 1 < arguments.Length)
                line._values[arguments[i]] = arguments[++i];
            else
                throw new UsageException($"{arguments[i]} is not known here, or its value is missing.");
        }

        return line;
    }

    public string? Find(string option) => _values.GetValueOrDefault(option);

    public bool Has(string flag) => _values.ContainsKey(flag);

    /// <summary>Throws <see cref="UsageException"/> when it is missing.</summary>
    public string Require(string option) => Find(option) ?? throw new UsageException($"{option} is missing.");
}

/// <summary>The arguments make no sense. The message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
