using System.Text;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Tests.Sandbox.Exec;

/// <summary>What commands must do, wherever the daemon runs.</summary>
public abstract class ExecConformance : IAsyncLifetime
{
    private SandboxClient? _client;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected SandboxClient Client => _client!;

    protected CommandClient Commands => Client.Commands;

    /// <summary>A directory of this test's own that commands see under the same name.</summary>
    protected string Scratch { get; } = Directory.CreateTempSubdirectory("drafthorse-exec-").FullName;

    public async ValueTask InitializeAsync() => _client = await AttachAsync(1);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await StopAsync();
        Directory.Delete(Scratch, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected abstract Task<SandboxClient> AttachAsync(long token);

    protected abstract Task StopAsync();

    /// <summary>Variables that commands may see beside the usual ones.</summary>
    protected virtual string[] AllowedVariables => [];

    [Fact]
    public async Task Exec_Echo_ReturnsOutputAndExitCode()
    {
        ExecResult result = await RunAsync("echo hello; exit 3");

        Assert.Equal(ExecEnd.Exited, result.End);
        Assert.Equal(3, result.ExitCode);
        Assert.Equal("hello\n", result.Output);
        Assert.Equal(6, result.TotalBytes);
        Assert.Null(result.SpillPath);
    }

    [Fact]
    public async Task Exec_Apart_KeepsErrorsApart()
    {
        ExecResult result = await RunAsync("echo out; echo err >&2", r => r with { MergeError = false });

        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.ErrorOutput);
    }

    [Fact]
    public async Task Exec_Merged_KeepsTheOrder()
    {
        ExecResult result = await RunAsync("echo 1; echo 2 >&2; echo 3; echo 4 >&2");

        Assert.Equal("1\n2\n3\n4\n", result.Output);
        Assert.Equal("", result.ErrorOutput);
    }

    [Fact]
    public async Task Exec_StandardInput_IsRead()
    {
        string text = new('x', 1_000_000);

        ExecResult result = await RunAsync("wc -c", r => r with { StandardInput = text });
        ExecResult empty = await RunAsync("wc -c");

        Assert.Equal("1000000", result.Output.Trim());
        Assert.Equal("0", empty.Output.Trim());
    }

    [Fact]
    public async Task Exec_StandardInputThatNobodyReads_EndsAnyway()
    {
        ExecResult result = await RunAsync("true", r => r with { StandardInput = new string('x', 1_000_000) });

        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Exec_WorkingDirectoryAndEnvironment_AreThose()
    {
        ExecResult result = await RunAsync("pwd; echo $A-$HOME-$PATH", r => r with
        {
            WorkingDirectory = Scratch, Environment = new Dictionary<string, string> { ["A"] = "a b" },
        });

        Assert.Equal($"{Scratch}\na b--/usr/local/bin:/usr/bin:/bin\n", result.Output);
    }

    [Fact]
    public async Task Exec_Environment_IsNothingElseThanAllowed()
    {
        ExecResult result = await RunAsync("env");

        string[] names = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0])];
        Assert.Empty(names.Except(["PATH", "DRAFTHORSE_COMMAND", "PWD", "SHLVL", "_", .. AllowedVariables]));
    }

    [Fact]
    public async Task Exec_Descriptors_AreOnlyTheThree()
    {
        ExecResult result = await RunAsync("for f in /proc/self/fd/*; do echo ${f##*/}; done");

        string[] open = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Empty(open.Except(["0", "1", "2", "3", "10", "255"]));
    }

    [Fact]
    public async Task Exec_MissingDirectory_SaysSo()
    {
        ExecResult result = await RunAsync("true", r => r with { WorkingDirectory = "/nowhere/at/all" });

        Assert.Equal(ExecEnd.FailedToStart, result.End);
        Assert.Contains("/nowhere/at/all", result.Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "true", 1)]
    [InlineData("a/b", "true", 1)]
    [InlineData("ok", "", 1)]
    [InlineData("ok", "a\0b", 1)]
    [InlineData("ok", "true", 0)]
    [InlineData("ok", "true", 4000)]
    public async Task Exec_BrokenRequest_IsRefused(string callId, string command, int seconds)
    {
        var request = new ExecRequest { CallId = callId, Command = command, Timeout = TimeSpan.FromSeconds(seconds) };

        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(() => Commands.ExecAsync(request, null, Token));

        Assert.Equal(CallCodes.BadRequest, error.Code);
    }

    [Fact]
    public async Task Exec_LongestCommand_Runs()
    {
        string command = "echo ".PadRight(ExecRequest.MaxCommandBytes - 1, ' ') + "x";

        ExecResult result = await RunAsync(command);

        Assert.Equal("x\n", result.Output);
    }

    [Fact]
    public async Task Exec_BinaryOutput_DoesNotBreakTheText()
    {
        ExecResult result = await RunAsync("printf 'a\\000\\377\\376b\\303'");

        Assert.Equal("a\0\uFFFD\uFFFDb\uFFFD", result.Output);
        Assert.Equal(6, result.TotalBytes);
    }

    [Fact]
    public async Task Exec_MuchOutput_KeepsHeadAndTailAndSpillsAll()
    {
        ExecResult result = await RunAsync("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done", r => r with { OutputLimit = 1000 });

        Assert.StartsWith("line 0\nline 1\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("line 19998\nline 19999\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("bytes left out", result.Output, StringComparison.Ordinal);
        Assert.InRange(result.Output.Length, 900, 1300);
        ExecResult spilled = await RunAsync($"wc -c < '{result.SpillPath}'; head -1 '{result.SpillPath}'; tail -1 '{result.SpillPath}'");
        Assert.Equal([$"{result.TotalBytes}", "line 0", "line 19999"], spilled.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Exec_CutInsideCharacters_KeepsWholeCharacters()
    {
        ExecResult result = await RunAsync("i=0; while [ $i -lt 500 ]; do printf 'äöü€'; i=$((i+1)); done", r => r with { OutputLimit = 1001 });

        Assert.DoesNotContain('\uFFFD', result.Output);
    }

    [Fact]
    public async Task Exec_PrintsForEver_IsEndedByItsTimeout()
    {
        ExecResult result = await RunAsync("yes", r => r with { Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal(ExecEnd.TimedOut, result.End);
        Assert.Null(result.ExitCode);
        Assert.True(result.TotalBytes > 100_000);
    }

    [Fact]
    public async Task Exec_IgnoresTerminate_IsKilled()
    {
        ExecResult result = await RunAsync("trap '' TERM; while :; do sleep 1000; done", r => r with { Timeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal(ExecEnd.TimedOut, result.End);
        Assert.True(result.Duration < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task EndAll_CommandsAndWhatTheyLeftBehind_LeavesNone()
    {
        string name = Mark();
        ExecRequest background = Request($"trap '' TERM; sleep 1000.{name}");
        await RunAsync($"setsid sh -c 'setsid sleep 1000.{name} & exit' > /dev/null 2>&1 & (sh -c 'trap \"\" TERM HUP; sleep 1000.{name}; sleep 1000.{name}' > /dev/null 2>&1 &)");
        await Commands.StartAsync(background, Token);
        Task<ExecResult> running = RunAsync($"sleep 1000.{name}");
        while (Count(name) < 4)
            await Client.PingAsync(Token);

        bool ended = await Commands.EndAllAsync(Token);

        Assert.True(ended);
        Assert.Equal(0, Count(name));
        Assert.Equal(ExecEnd.Killed, (await running).End);
        Assert.Equal(ExecEnd.Killed, (await Commands.KillAsync(background.CallId, Token)).End);
        Assert.Equal("fine\n", (await RunAsync("echo fine")).Output);
    }

    [Fact]
    public async Task EndAll_NothingRuns_IsSoonDone() => Assert.True(await Commands.EndAllAsync(Token).WaitAsync(TimeSpan.FromSeconds(20), Token));

    [Fact]
    public async Task Exec_TimeoutWithDescendantsInOtherSessions_LeavesNone()
    {
        string name = Mark();

        ExecResult result = await RunAsync(
            $"setsid sh -c 'setsid sleep 1000.{name} & sleep 1000.{name}' & (sleep 1000.{name} &) ; sleep 1000.{name}",
            r => r with { Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal(ExecEnd.TimedOut, result.End);
        Assert.Equal(0, Count(name));
    }

    [Fact]
    public async Task Exec_ForksFasterThanOneCanLook_LeavesNone()
    {
        string name = Mark();
        string script = Path.Combine(Scratch, "storm.sh");
        await File.WriteAllTextAsync(script, $"""
            trap '' TERM
            [ $1 -gt 60 ] && exec sleep 1000.{name}
            setsid sh {script} $(($1+1)) &
            sleep 0.01
            """, Token);

        ExecResult result = await RunAsync($"sh {script} 1; sleep 1000.{name}", r => r with { Timeout = TimeSpan.FromMilliseconds(100) });

        Assert.Equal(ExecEnd.TimedOut, result.End);
        Assert.Equal(0, Count(name));
        Assert.Equal(0, Count(script));
    }

    [Fact]
    public async Task Exec_Cancelled_KillsTheCommand()
    {
        string name = Mark();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var started = new TaskCompletionSource();

        ExecRequest request = Request($"echo up; sleep 1000.{name}");
        Task<ExecResult> running = Commands.ExecAsync(request, output =>
        {
            started.TrySetResult();
            return ValueTask.CompletedTask;
        }, cancel.Token);
        await started.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        ExecResult result = await Commands.ExecAsync(request, null, Token);
        Assert.Equal(ExecEnd.Cancelled, result.End);
        Assert.Equal(0, Count(name));
    }

    [Theory]
    [InlineData("exec > >(sleep 0.2; sed s/^/LOG:/); echo important", "LOG:important\n")]
    [InlineData("exec > >(sleep 0.4; cat) 2> >(sleep 0.6; sed s/^/E:/); echo out; echo err >&2", "out\nE:err\n")]
    [InlineData("echo now; (sleep 0.3; echo late) &", "now\nlate\n")]
    [InlineData("echo a | tee >(sleep 0.2; tr a b)", "a\nb\n")]
    public async Task Exec_OutputAfterTheShellsEnd_IsWaitedForWhileItsGroupLives(string command, string output)
    {
        Assert.SkipUnless((await RunAsync("type bash")).ExitCode == 0, "There is no bash.");

        ExecResult result = await RunAsync(command, r => r with { Shell = CommandShell.Bash });

        Assert.Equal(output, result.Output);
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Duration < TimeSpan.FromSeconds(2), $"{result.Duration}");
    }

    [Fact]
    public async Task Exec_LeavesADaemonInASessionOfItsOwn_ReturnsAtOnce()
    {
        ExecResult result = await RunAsync("command -v setsid >/dev/null || exit 9; setsid sleep 3 & sleep 0.1; echo started");

        Assert.SkipWhen(result.ExitCode == 9, "There is no setsid.");
        Assert.Equal("started\n", result.Output);
        Assert.True(result.Duration < TimeSpan.FromSeconds(1.5), $"{result.Duration}");
    }

    [Fact]
    public async Task Exec_LeavesADaemon_ReturnsAtOnceAndTheDaemonLives()
    {
        string name = Mark();

        // The shell's child is a copy of the shell until it has become the daemon.
        ExecResult result = await RunAsync($"sleep 1000.{name} & until ps -o args= -p $! | grep -q '^sleep'; do :; done; echo started");

        Assert.Equal("started\n", result.Output);
        Assert.True(result.Duration < TimeSpan.FromSeconds(5));
        Assert.Equal(1, Count(name));
        await RunAsync($"kill $(ps -eo pid,args 2>/dev/null | grep '[0-9] sleep 1000.{name}' | awk '{{print $1}}')");
    }

    [Fact]
    public async Task Exec_LeavesABuildInTheBackgroundAfterManyProcesses_ItIsNoStorm()
    {
        string stop = Path.Combine(Scratch, "stop"), ended = Path.Combine(Scratch, "ended");

        ExecResult result = await RunAsync(
            $"i=0; while [ $i -lt 150 ]; do /bin/true; i=$((i+1)); done; (until [ -e {stop} ]; do /bin/true; done; touch {ended}) > /dev/null 2>&1 & echo started");
        int code = (await RunAsync($"sleep 0.2; touch {stop}; i=0; until [ -e {ended} ]; do i=$((i+1)); [ $i -gt 100 ] && exit 1; sleep 0.05; done")).ExitCode ?? -1;

        Assert.Equal("started\n", result.Output);
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task Exec_LeavesADaemonThatPrints_ItIsNotKilledByThePipe()
    {
        string file = Path.Combine(Scratch, "done");

        await RunAsync($"(sleep 2.5; echo late; echo later; touch {file}) & echo started");

        Assert.Equal(0, (await RunAsync($"i=0; until [ -e {file} ]; do i=$((i+1)); [ $i -gt 200 ] && exit 1; sleep 0.05; done")).ExitCode);
    }

    [Fact]
    public async Task Exec_Live_OutputArrivesWhileItRuns()
    {
        string go = Path.Combine(Scratch, "go");
        var text = new StringBuilder();

        ExecResult result = await Commands.ExecAsync(
            Request($"echo first; until [ -e {go} ]; do sleep 0.02; done; echo second >&2") with { MergeError = false }, output =>
            {
                text.Append(output.IsError ? "E:" : "O:").Append(Encoding.UTF8.GetString(output.Data.Span));
                File.WriteAllText(go, "");
                return ValueTask.CompletedTask;
            }, Token);

        Assert.Equal("O:first\nE:second\n", text.ToString());
        Assert.Equal("first\n", result.Output);
    }

    [Fact]
    public async Task Exec_SameCallIdAgain_DoesNotRunAgain()
    {
        ExecRequest request = Request($"echo x >> {Scratch}/count; wc -l < {Scratch}/count");

        ExecResult first = await Commands.ExecAsync(request, null, Token);
        ExecResult second = await Commands.ExecAsync(request, null, Token);

        Assert.Equal("1", first.Output.Trim());
        Assert.Equal(first, second);
        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(
            () => Commands.ExecAsync(request with { Command = "other" }, null, Token));
        Assert.Equal("conflict", error.Code);
    }

    [Fact]
    public async Task Acknowledge_Result_IsGoneAndNeverRunsAgain()
    {
        ExecRequest request = Request("echo once");
        await Commands.ExecAsync(request, null, Token);

        Assert.True(await Commands.AcknowledgeAsync(request.CallId, Token));

        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(() => Commands.ExecAsync(request, null, Token));
        Assert.Equal("acknowledged", error.Code);
        Assert.False(await Commands.AcknowledgeAsync("never-heard-of", Token));
    }

    [Fact]
    public async Task Exec_AskedAgainAfterTheConnectionIsLost_BringsTheResult()
    {
        string go = Path.Combine(Scratch, "go");
        var started = new TaskCompletionSource();
        ExecRequest request = Request($"echo up; until [ -e {go} ]; do sleep 0.02; done; echo done");
        Task<ExecResult> running = Commands.ExecAsync(request, _ =>
        {
            started.TrySetResult();
            return ValueTask.CompletedTask;
        }, Token);
        await started.Task.WaitAsync(Token);

        await Client.DisposeAsync();
        await Assert.ThrowsAsync<WireException>(() => running);
        await using SandboxClient next = await AttachAsync(2);
        Task<ExecResult> joining = next.Commands.ExecAsync(request, null, Token);
        await File.WriteAllTextAsync(go, "", Token);

        ExecResult result = await joining;
        Assert.Equal("up\ndone\n", result.Output);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Background_StartTailKill_Work()
    {
        string name = Mark();
        ExecRequest request = Request($"echo one; echo two >&2; sleep 1000.{name}");

        CommandInfo started = await Commands.StartAsync(request, Token);
        CommandTail tail = await Commands.TailAsync(request.CallId, 0, 1000, Token);
        while (tail.NextOffset < 8)
            tail = await Commands.TailAsync(request.CallId, 0, 1000, Token);
        CommandTail rest = await Commands.TailAsync(request.CallId, 4, 1000, Token);
        CommandTail end = await Commands.TailAsync(request.CallId, -4, 1000, Token);
        IReadOnlyList<CommandInfo> listed = await Commands.ListAsync(Token);
        CommandInfo killed = await Commands.KillAsync(request.CallId, Token);

        Assert.Null(started.End);
        Assert.True(started.IsBackground);
        Assert.Equal("one\ntwo\n", tail.Text);
        Assert.Equal("two\n", rest.Text);
        Assert.Equal("two\n", end.Text);
        Assert.Equal(request.CallId, Assert.Single(listed).CallId);
        Assert.Equal(ExecEnd.Killed, killed.End);
        Assert.Equal(0, Count(name));
    }

    [Fact]
    public async Task Exec_ManyAtOnce_EachGetsItsOwn()
    {
        string[] outputs = new string[200];
        await Parallel.ForAsync(0, outputs.Length, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (i, ct) =>
            outputs[i] = (await Commands.ExecAsync(Request($"echo {i}"), null, ct)).Output);

        Assert.Equal([.. Enumerable.Range(0, outputs.Length).Select(i => $"{i}\n")], outputs);
    }

    [Fact]
    public async Task Exec_MoreThanMayRun_IsRefusedAsBusy()
    {
        string name = Mark();
        var started = new List<string>();

        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(async () =>
        {
            for (int i = 0; i < 100; i++)
                started.Add((await Commands.StartAsync(Request($"sleep 1000.{name}"), Token)).CallId);
        });

        Assert.Equal(CallCodes.Busy, error.Code);
        foreach (string callId in started)
            await Commands.KillAsync(callId, Token);
        Assert.Equal(0, Count(name));
    }

    [Fact]
    public async Task Exec_Bash_RunsBash()
    {
        ExecResult result = await RunAsync("[[ -n $BASH_VERSION ]] && echo bash", r => r with { Shell = CommandShell.Bash });

        Assert.Equal("bash\n", result.Output);
    }

    [Fact]
    public async Task Exec_KilledBySignal_HasTheShellsCode()
    {
        ExecResult result = await RunAsync("kill -9 $$");

        Assert.Equal(128 + 9, result.ExitCode);
    }

    protected static ExecRequest Request(string command) => new() { CallId = Mark(), Command = command, Timeout = TimeSpan.FromSeconds(30) };

    protected Task<ExecResult> RunAsync(string command, Func<ExecRequest, ExecRequest>? change = null) =>
        Commands.ExecAsync(change is null ? Request(command) : change(Request(command)), null, Token);

    /// <summary>A number that no other process has in its arguments.</summary>
    protected static string Mark() => Random.Shared.NextInt64(1_000_000_000, long.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture);

    protected static int Count(string mark)
    {
        int count = 0;
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (char.IsAsciiDigit(Path.GetFileName(directory)[0]) && File.ReadAllText(Path.Combine(directory, "cmdline")) is var line
                    && line.Contains(mark, StringComparison.Ordinal) && !line.Contains("sh\0-c", StringComparison.Ordinal))
                {
                    count++;
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return count;
    }
}
