using System.Net.Sockets;
using System.Runtime.Versioning;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandboxd;

[assembly: UnsupportedOSPlatform("windows")]

const string Usage = """
    sandboxd serve [--socket PATH] [--spill DIR] [--no-doors] [-- [--memory BYTES] [--pids COUNT] [--counters MEMORY,PIDS]]
        Serves this sandbox on a unix socket, or on the socket it was given as descriptor 3. Behind -- stands what a daemon need not know:
        the sandbox's limits, and the descriptors of what the kernel counts, which is else read where a container sees it.
    sandboxd attach --socket PATH
        Carries standard input and output to a daemon's socket.
    sandboxd launch --socket PATH [--log FILE] -- COMMAND...
        Makes the socket and starts the command with it as descriptor 3, in a session of its own; returns at once.
    sandboxd route
        Lets every address of this network lead to the doors; needs CAP_NET_ADMIN, so it is not part of serve in a container.
    sandboxd --version
    """;

// Who starts it may keep its own files closed; what commands make here is as open as anywhere.
CreationMask.UseUsual();
try
{
    switch (args)
    {
        case ["serve", ..]:
            return await ServeCommand.RunAsync(CommandLine.Parse(args[1..], ["--socket", "--spill"], ["--no-doors"]));
        case ["attach", ..]:
            return AttachCommand.Run(CommandLine.Parse(args[1..], ["--socket"], []));
        case ["launch", ..]:
            return LaunchCommand.Run(CommandLine.Parse(args[1..], ["--socket", "--log"], []));
        case ["route"]:
            return AnyAddress.TryRouteToDoors() ? 0 : throw new IOException("the system does not let this process change its network");
        case ["--version"]:
            Console.Out.WriteLine(SandboxDaemon.Version);
            return 0;
        default:
            throw new UsageException("It is not clear what to do.");
    }
}
catch (UsageException e)
{
    Console.Error.WriteLine($"sandboxd: {e.Message}\n{Usage}");
    return 2;
}
catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or ArgumentException)
{
    Console.Error.WriteLine($"sandboxd: {e.Message}");
    return 1;
}
