using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Terminal;

/// <summary>Standard output that says when nobody reads it any more. The console's own stream swallows a broken pipe, and a run
/// would go on, and cost, for nobody.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    /// <summary>Makes <see cref="Console.Out"/> one that fails with an <see cref="IOException"/> when its pipe is broken.</summary>
    public static void Use()
    {
        if (Console.IsOutputRedirected)
            Console.SetOut(new StreamWriter(Open()) { AutoFlush = true });
    }

    public static Stream Open()
    {
        if (Console.IsOutputRedirected && !OperatingSystem.IsWindows())
        {
            try
            {
                return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(Descriptor, ownsHandle: false));
            }
            catch (IOException)
            {
                // It is a file: that cannot break.
            }
        }

        return Console.OpenStandardOutput();
    }
}
