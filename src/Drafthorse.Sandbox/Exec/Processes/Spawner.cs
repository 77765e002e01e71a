namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>Starts one process in a session of its own, with nothing of ours but its three standard streams.</summary>
internal static class Spawner
{
    /// <summary>Where a daemon finds the socket that was made for it.</summary>
    public const int ListenerDescriptor = 3;

    /// <summary>Starts it and returns its id. <paramref name="input"/> -1 is an empty input. Throws <see cref="IOException"/>.</summary>
    public static int Start(
        IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string directory, int input, int output, int error)
    {
        using var plan = new SpawnPlan();
        if (input < 0)
            plan.Open(0, "/dev/null", Libc.O_RDONLY);
        else
            plan.Give(input, 0);

        plan.Give(output, 1);
        plan.Give(error, 2);
        plan.Enter(directory);
        return plan.Run(arguments, environment);
    }

    /// <summary>Starts it with no input, its output in a file, and <paramref name="listener"/> as descriptor 3; returns its id. It
    /// outlives this process. Throws <see cref="IOException"/>.</summary>
    public static int StartDetached(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string log, int listener)
    {
        using var plan = new SpawnPlan();
        plan.Open(0, "/dev/null", Libc.O_RDONLY);
        plan.Open(1, log, Libc.AppendToFile);
        plan.Give(1, 2);
        plan.Give(listener, ListenerDescriptor);
        return plan.Run(arguments, environment);
    }
}
