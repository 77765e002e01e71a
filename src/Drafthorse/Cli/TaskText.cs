using System.Text;
using Drafthorse.Settings;

namespace Drafthorse.Cli;

/// <summary>The task of <c>run</c>: an argument, or what stands in standard input.</summary>
internal static class TaskText
{
    private const int MostBytes = 1_000_000;

    /// <summary>Reads standard input to its end where the task is <c>-</c>, or where there is none and a pipe or file stands there. Throws
    /// <see cref="SettingsException"/>.</summary>
    public static async Task<string> ReadAsync(string? argument, CancellationToken cancellationToken)
    {
        if (argument is not (null or "-"))
            return argument;
        if (argument is null && !Console.IsInputRedirected)
            throw new SettingsException("There is no task: drafthorse run \"TASK\", or write it to standard input.");
        await using var input = Console.OpenStandardInput();
        var bytes = new byte[MostBytes + 1];
        var length = await input.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MostBytes)
            throw new SettingsException($"The task on standard input is too long: at most {MostBytes:N0} bytes.");
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, length)).TrimStart('\uFEFF').Trim();
        return text.Length > 0 ? text : throw new SettingsException("The task on standard input is empty: say what is to be done.");
    }
}
