namespace Drafthorse.Sandboxd;

/// <summary>
/// Makes all threads of the pool at once and for good. A command may take every process that the sandbox is allowed, and the runtime
/// aborts when it cannot have a thread that it wants.
/// </summary>
internal static class ThreadReserve
{
    private const int Threads = 12;

    public static void Fill()
    {
        ThreadPool.SetMinThreads(Threads, 1);
        ThreadPool.SetMaxThreads(Threads, 1);
        var all = new CountdownEvent(Threads);
        for (int i = 0; i < Threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static all =>
                {
                    all.Signal();
                    all.Wait();
                },
                all,
                preferLocal: false);
        }

        all.Wait();
    }
}
