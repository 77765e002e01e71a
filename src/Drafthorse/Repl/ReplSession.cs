using Drafthorse.Composition;
using Drafthorse.Folders.Snapshots;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Drafthorse.Terminal.Output;
using Spectre.Console;

namespace Drafthorse.Repl;

/// <summary><c>drafthorse</c>: talk with the agent in a terminal.</summary>
internal sealed class ReplSession : IAsyncDisposable
{
    private readonly ReplOptions _options;
    private readonly Interrupts _interrupts;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private string _news = "";
    private string? _cutOff;
    private Task _sweeping = Task.CompletedTask;

    private ReplSession(DrafthorseSettings settings, WorkTarget target, ReplOptions options, Platform platform, Interrupts interrupts)
    {
        (Settings, Target, _options, Platform, _interrupts) = (settings, target, options, platform, interrupts);
        ThreadKey = target.NewThreadKey();
        Turns = new TurnHistory(target.Directory, settings.FoldersPath);
    }

    public IAnsiConsole Console { get; } = TerminalConsole.Create();

    public DrafthorseSettings Settings { get; }

    public WorkTarget Target { get; }

    public Platform Platform { get; private set; }

    /// <summary>What turns changed in the folder.</summary>
    public TurnHistory Turns { get; }

    /// <summary>The thread that messages go to.</summary>
    public string ThreadKey { get; set; }

    public static async Task<int> RunAsync(ReplOptions options, Interrupts interrupts)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        var target = WorkTarget.Find(null, settings);
        await using var session = new ReplSession(settings, target, options, await BuildAsync(settings, target, options, interrupts.Leave), interrupts);
        if (options.Thread is { } thread)
            session.ThreadKey = (await ThreadNames.FindAsync(session.Platform.Store, thread, interrupts.Leave)).Key;
        else
            session.Meet(await ThreadNames.FindNewestAsync(session.Platform.Store, target, interrupts.Leave));
        using var terminal = RawTerminal.Open();
        return await session.TalkAsync(terminal);
    }

    /// <summary>Goes on with another model. Throws <see cref="ModelException"/>, <see cref="SandboxException"/> and
    /// <see cref="ThreadStoreException"/>; the conversation then goes on with the one it has.</summary>
    public async Task UseModelAsync(ModelSpec model)
    {
        var next = await BuildAsync(Settings, Target, _options with { Model = model }, _interrupts.Leave);
        await DisposeAsync();
        Platform = next;
    }

    /// <summary>Runs something that Ctrl-C stops.</summary>
    public async Task<int> RunAsync(ThreadId thread, Func<CancellationToken, IAsyncEnumerable<AgentEvent>> start)
    {
        await Turns.BeginAsync(_interrupts.Leave);

        // Of a folder that is carried into a sandbox the run itself says it.
        foreach (var note in Platform.Folder is null ? Turns.Notes.Where(_told.Add) : [])
            Console.Say($"[yellow]folder:[/] [dim]{note}[/]");
        int code;
        using (var stop = _interrupts.Begin())
        {
            using var output = new TextOutput(Console);
            code = await new RunSession(Platform, output).RunAsync(thread, start, stop.Token, _interrupts.Leave);
        }

        // A turn that is left in the middle is gone on with at the next start, and belongs to it.
        if (!_interrupts.Leave.IsCancellationRequested)
            await Turns.EndAsync(_interrupts.Leave);
        return code;
    }

    /// <summary>Tells the agent something with the next message.</summary>
    public void TellAgent(string news) => _news += $"({news})\n\n";

    /// <summary>Goes on with the folder's newest thread where that was asked for; else remembers what waits there.</summary>
    private void Meet(ThreadRecord? newest)
    {
        if (_options.GoesOn && newest is not null)
            ThreadKey = newest.Key;
        else if (newest is { State: ThreadStatus.Queued or ThreadStatus.Running })
            _cutOff = newest.Origin.Title ?? newest.Key;
    }

    /// <summary>Goes on with the thread's run when it was cut off.</summary>
    public async Task ResumeCutOffAsync()
    {
        var id = ThreadId.FromKey(ThreadKey);
        if (await Platform.Store.GetThreadAsync(id, _interrupts.Leave) is not { State: ThreadStatus.Queued or ThreadStatus.Running } thread)
            return;
        Console.Say($"[yellow]The last run here was cut off; it goes on now:[/] {ToolLine.Cut(thread.Origin.Title ?? "", 80)} [dim](Ctrl-C stops it)[/]");
        await RunAsync(id, token => Platform.Agent.ResumeAsync(id, token));
    }

    public async ValueTask DisposeAsync()
    {
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Platform.DisposeAsync();
    }

    private static Task<Platform> BuildAsync(DrafthorseSettings settings, WorkTarget target, ReplOptions options, CancellationToken cancellationToken) => Platform.BuildAsync(
        settings,
        new PlatformOptions { Model = options.Model, Sandbox = options.Sandbox, DefaultSandbox = "local", MayBeLocal = true, LocalDirectory = target.Directory, Folder = target.Directory },
        cancellationToken);

    private async Task<int> TalkAsync(RawTerminal? terminal)
    {
        await Banner.ShowAsync(this);
        if (_cutOff is not null)
            Console.Say($"[yellow]A run here was cut off:[/] {ToolLine.Cut(_cutOff, 80)} [dim](drafthorse --continue goes on with it)[/]");

        // No server may run here that pauses and removes what earlier conversations have left.
        if (Platform.Sandbox.Backend.IsIsolated)
            _sweeping = Platform.Sandboxes.SweepAsync(Platform.Store, _interrupts.Leave);
        await ResumeCutOffAsync();
        var commands = new ReplCommands(this);
        var input = new MessageInput(terminal, Console, Path.Combine(Settings.Home, "history"), new Completion(Target.Directory, ReplCommands.Names));
        var last = _options.Prompt is { } prompt ? await SendAsync(prompt) : ExitCodes.Done;
        while (!_interrupts.Leave.IsCancellationRequested && await input.ReadAsync(_interrupts.Leave) is { } line)
        {
            if (line.Trim() is not { Length: > 0 } text)
                continue;
            if (ReplCommands.IsCommand(text))
            {
                if (!await commands.RunAsync(text, _interrupts.Leave))
                    break;
                continue;
            }

            if (text is "exit" or "quit" or "help" && terminal is not null)
            {
                Console.Say($"[yellow]Nothing was sent: did you mean /{text}?[/] [dim]With more words it is a message.[/]");
                continue;
            }

            last = await SendAsync(text);
            Console.WriteLine();
        }

        // A person saw how it went; a script that pipes its messages in wants to know.
        return terminal is null ? last : ExitCodes.Done;
    }

    /// <summary>What a message names is read beside this thread, as a file system may hang; null when the person did not wait for it.</summary>
    private async Task<(string Message, IReadOnlyList<string> Told)?> AttachAsync(string text)
    {
        using var stop = _interrupts.Begin();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, _interrupts.Leave);
        try
        {
            return await Task.Run(() => PathMentions.Attach(text, Target.Directory)).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            Console.Say($"[yellow]Stopped. Nothing was sent.[/]");
            return null;
        }
    }

    /// <summary>Sends a message to the agent.</summary>
    public async Task<int> SendAsync(string text, bool plan = false)
    {
        if (await AttachAsync(text) is not var (message, attached))
            return ExitCodes.Cancelled;
        foreach (var told in attached)
            Console.Say($"[dim]@{told}[/]");
        message = _news + message;
        _news = "";
        return await RunAsync(
            ThreadId.FromKey(ThreadKey),
            token => Platform.Agent.StreamAsync(new AgentMessage { Text = message, Plan = plan, ThreadKey = ThreadKey, User = WorkTarget.User, Repository = Target.Repository }, token));
    }
}
