namespace Drafthorse.Cli.Stores;

/// <summary>Says now and then on the error output how far long work is.</summary>
internal sealed class StoreProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private long _last = Environment.TickCount64;

    public void Show(string what)
    {
        lock (_gate)
        {
            if (Environment.TickCount64 - _last < Pause.TotalMilliseconds)
                return;
            _last = Environment.TickCount64;
        }

        Console.Error.WriteLine($"{what} so far.");
    }
}
