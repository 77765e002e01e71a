using Drafthorse.Harness.Tools.Screens;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness;

internal sealed class ExecuteTool() : SandboxTool(
    ToolName,
    ToolEffect.Write,
    "Runs a shell command and returns its output (standard and error output together) and exit code. Killed after timeout_seconds (120, at most 3600). With background the command goes on (at most 24 h) while you work: use execute_output, execute_status, execute_kill.",
    """
    {"type":"object","required":["command"],"properties":{"command":{"type":"string","description":"The command line, run by bash where there is one, else sh. Nothing can be typed to it."},"working_directory":{"type":"string","description":"Where it runs; the working directory when left out."},"timeout_seconds":{"type":"integer"},"background":{"type":"boolean"}}}
    """)
{
    public const string ToolName = "execute";

    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var isBackground = arguments.Flag("background", "run_in_background");
        var longest = isBackground ? ExecRequest.MaxBackgroundTimeout : ExecRequest.MaxTimeout;
        var timeout = arguments.WholeNumber("timeout_seconds", 1, int.MaxValue) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, longest.TotalSeconds))
            : isBackground ? longest
            : TimeSpan.FromSeconds(120);
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        var request = new ExecRequest
        {
            CallId = context.CallId,
            Command = CommandArgument.Of(arguments),
            Shell = CommandShell.BashElseSh,
            WorkingDirectory = arguments.OptionalText("working_directory", "cwd", "workdir") is { Length: > 0 } directory
                ? Path.Combine(context.WorkingDirectory ?? "", directory)
                : context.WorkingDirectory,
            Timeout = timeout,
        };
        if (isBackground)
        {
            return CommandText.Started(await sandbox.Commands.StartAsync(request, cancellationToken).ConfigureAwait(false));
        }

        var result = await sandbox.Commands.ExecAsync(request, Relay(context.OnOutput), cancellationToken).ConfigureAwait(false);
        return CommandText.Of(result, timeout, context.HeadRoom);
    }

    private static Func<ExecOutput, ValueTask>? Relay(Action<string>? onOutput)
    {
        if (onOutput is null)
        {
            return null;
        }

        var (standard, error) = (new LiveScreen(), new LiveScreen());
        return output =>
        {
            var text = (output.IsError ? error : standard).Write(output.Data.Span);
            if (text.Length > 0)
            {
                onOutput(text);
            }

            return ValueTask.CompletedTask;
        };
    }
}
