using System.Collections;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandboxd;

/// <summary>Serves the sandbox that this process is the first process of.</summary>
internal static class ServeCommand
{
    private const string AgentDirectory = "/agent";
    private const string SpillInAgentDirectory = AgentDirectory + "/large_tool_results";
    private const string OtherSpill = "/tmp/large_tool_results";

    public static async Task<int> RunAsync(CommandLine line)
    {
        CommandLine limits = CommandLine.Parse([.. line.Rest], ["--memory", "--pids", "--counters"], []);
        NamespaceLimits.LowerAndRunAnew();
        Inheritance.SettleLimits();

        // Rights are a thread's own, so they are dropped here, before there is a thread that starts commands. The doors still need them.
        Libc.KeepInheritedDescriptors();
        Libc.HideFromOthers();
        Libc.AdoptOrphans();
        Libc.DropRightsOfChildren();
        if (!line.Has("--no-doors"))
            AnyAddress.TryRouteToDoors();
        ThreadReserve.Fill();

        using GroupCounters counters = OpenCounters(limits);
        using Socket listener = line.Find("--socket") is { } path ? ListeningSocket.Listen(path) : ListeningSocket.Inherit(Spawner.ListenerDescriptor);
        await using var daemon = new SandboxDaemon(new SandboxDaemonOptions
        {
            WorkingDirectory = Directory.GetCurrentDirectory(),
            SpillDirectory = line.Find("--spill") ?? (Directory.Exists(AgentDirectory) ? SpillInAgentDirectory : OtherSpill),
            Environment = ReadEnvironment(),
            OwnsProcess = true,
            Counters = counters,
            MemoryLimit = NumberOf(limits, "--memory"),
            ProcessLimit = NumberOf(limits, "--pids"),
            Doors = line.Has("--no-doors") ? null : new DoorOptions(),
        });
        foreach (DoorReport door in daemon.Doors)
        {
            if (door.Error is not null)
                Console.Error.WriteLine($"sandboxd: a door did not open: {door}");
        }

        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            while (true)
            {
                Socket socket = await Accepting.NextAsync(listener, stop.Token);
                _ = daemon.ServeAsync(new NetworkStream(socket, ownsSocket: true), stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return 0;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static GroupCounters OpenCounters(CommandLine line) =>
        line.Find("--counters") is not { } pair ? GroupCounters.OfContainer()
        : pair.Split(',') is [var memory, var processes] && int.TryParse(memory, NumberStyles.None, CultureInfo.InvariantCulture, out int first) && int.TryParse(processes, NumberStyles.None, CultureInfo.InvariantCulture, out int second)
            ? GroupCounters.OfDescriptors(first, second)
            : throw new UsageException("--counters needs two descriptors, such as 5,6.");

    private static long NumberOf(CommandLine line, string option) => line.Find(option) is not { } text ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw new UsageException($"{option} needs a number.");

    /// <summary>The environment of commands is this process's: whoever made the sandbox chose it.</summary>
    private static Dictionary<string, string> ReadEnvironment() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => !((string)variable.Key).StartsWith("DOTNET_Enable", StringComparison.Ordinal))
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "");
}
