namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>Ends a tree of processes: a polite signal, a short grace, then force until nothing is left. Bounded in time.</summary>
internal static class TreeKill
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(ProcessTree tree)
    {
        tree.Terminate();
        long start = Environment.TickCount64;
        for (TimeSpan look = FirstLook; Environment.TickCount64 - start < Grace.TotalMilliseconds; look = look * 2 < LongestLook ? look * 2 : LongestLook)
        {
            await Task.Delay(look).ConfigureAwait(false);
            if (tree.IsGone())
                return;
        }

        while (Environment.TickCount64 - start < Longest.TotalMilliseconds)
        {
            tree.FreezeAndKill();
            await Task.Delay(BetweenSweeps).ConfigureAwait(false);
            if (tree.IsGone())
                return;
        }
    }
}
