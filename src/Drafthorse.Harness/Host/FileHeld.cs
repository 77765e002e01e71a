namespace Drafthorse.Harness.Host;

/// <summary>Tells a file that somebody else holds locked from other failures to open it.</summary>
internal static class FileHeld
{
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;

    public static bool IsReasonOf(IOException exception) => exception.HResult is WouldBlockOnLinux or WouldBlockOnMac;
}
