using System.Collections;
using System.Net.Sockets;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandboxd;

/// <summary>Makes a daemon's socket outside of its sandbox and starts the sandbox with it, so that no directory of the host has to be
/// seen inside. What is started outlives whoever asked for it.</summary>
internal static class LaunchCommand
{
    public static int Run(CommandLine line)
    {
        if (line.Rest.Count == 0)
            throw new UsageException("The command is missing.");

        Libc.KeepInheritedDescriptors();
        SessionKeyring.Leave();
        Inheritance.Settle();

        Socket listener = ListeningSocket.Listen(line.Require("--socket"));
        string[] environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}")];
        Spawner.StartDetached([FindProgram(line.Rest[0]), .. line.Rest.Skip(1)], environment, line.Find("--log") ?? "/dev/null", (int)listener.Handle);
        return 0;
    }

    private static string FindProgram(string name) => name.Contains('/', StringComparison.Ordinal)
        ? name
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"There is no program {name}.");
}
