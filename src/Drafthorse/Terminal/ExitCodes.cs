using Drafthorse.Harness.Threads;

namespace Drafthorse.Terminal;

/// <summary>The exit codes of <c>drafthorse run</c>, which scripts rely on.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int TaskFailed = 1;
    public const int Usage = 2;
    public const int Stopped = 3;
    public const int ModelFailed = 4;
    public const int SandboxFailed = 5;
    public const int Waiting = 6;
    public const int Cancelled = 130;

    public static int Of(string outcome, string failure) => (outcome, failure) switch
    {
        (_, "Model") => ModelFailed,
        (_, "Sandbox") => SandboxFailed,
        _ when outcome == ThreadStatusNames.Of(ThreadStatus.Stopped) => Stopped,
        _ when outcome == ThreadStatusNames.Of(ThreadStatus.Cancelled) => Cancelled,
        _ when outcome == ThreadStatusNames.Of(ThreadStatus.Done) => Done,
        _ when outcome == ThreadStatusNames.Of(ThreadStatus.Waiting) => Waiting,
        _ => TaskFailed,
    };
}
