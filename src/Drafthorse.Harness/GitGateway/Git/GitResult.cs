using System.Text;

namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>How a git command ended, and what it printed.</summary>
internal sealed record GitResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public string Line => Text.TrimEnd('\n');
}
