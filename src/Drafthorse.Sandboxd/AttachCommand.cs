using System.Diagnostics;
using System.Net.Sockets;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandboxd;

/// <summary>Carries standard input and output to a daemon's socket, with one thread for each direction and nothing in between.</summary>
internal static class AttachCommand
{
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(5);

    public static int Run(CommandLine line)
    {
        Libc.HideFromOthers();
        using Socket socket = Connect(line.Require("--socket"));
        var input = new Thread(() => CarryInput(socket)) { IsBackground = true };
        input.Start();
        CarryOutput(socket);
        return 0;
    }

    /// <summary>Connects; a daemon that is just starting gets time to listen.</summary>
    private static Socket Connect(string path)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                return socket;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(start) < StartTime)
            {
                socket.Dispose();
                Thread.Sleep(BetweenTries);
            }
            catch (SocketException e)
            {
                throw new IOException($"Nothing listens at {path}: {e.SocketErrorCode}.", e);
            }
        }
    }

    private static void CarryInput(Socket socket)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (StandardStreams.Read(buffer) is var read and > 0)
            {
                for (int sent = 0; sent < read;)
                    sent += socket.Send(buffer.AsSpan(sent, read - sent));
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The daemon has gone; the other direction ends the program.
        }
    }

    private static void CarryOutput(Socket socket)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (socket.Receive(buffer) is var read and > 0)
                StandardStreams.Write(buffer.AsSpan(0, read));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Either end has gone: there is nobody to tell.
        }
    }
}
