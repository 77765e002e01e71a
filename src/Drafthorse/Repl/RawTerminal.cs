using System.Diagnostics;
using Drafthorse.Terminal;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Repl;

/// <summary>
/// The terminal as it is while a message is written: each key comes as it is pressed and nothing is echoed. The console's own
/// ReadKey leaves this mode after each key, so that what is typed or pasted meanwhile is echoed into the screen.
/// </summary>
internal sealed class RawTerminal : IDisposable
{
    private const string Device = "/dev/tty";
    private readonly string _device;
    private readonly string _before;

    private RawTerminal(string device, string before) => (_device, _before) = (device, before);

    public Stream Input { get; } = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>Null when this is no terminal whose mode can be set: then lines are read as they come.</summary>
    public static RawTerminal? Open()
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected || OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is null or "dumb")
            return null;
        return Stty(Device, "-g") is { Length: > 0 } before ? new RawTerminal(Device, before) : null;
    }

    /// <summary>Keys come one by one; Ctrl-C is a key.</summary>
    public void Begin()
    {
        Stty(_device, "-icanon -echo -isig -icrnl -ixon min 1 time 0");
        TerminalConsole.Terminal.Write("\e[?2004h");
    }

    /// <summary>While a run goes on: Ctrl-C is a signal, and what is typed waits unseen for the next message.</summary>
    public void End()
    {
        TerminalConsole.Terminal.Write("\e[?2004l");
        Stty(_device, "isig");
    }

    public void Dispose() => Stty(_device, _before);

    private static string? Stty(string device, string arguments)
    {
        try
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", $"stty {arguments} <{device}"]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
