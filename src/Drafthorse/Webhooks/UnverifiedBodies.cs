namespace Drafthorse.Webhooks;

/// <summary>
/// The memory that bodies may take whose signature is not checked yet, over all connections together. When it is used up, the body that
/// has been on its way longest gives way: one that is signed is whole within milliseconds, so slow ones keep nobody waiting. What exceeds
/// <see cref="SmallBody"/> is in none of the events that are acted on, so only one body may at a time, the newest.
/// </summary>
/// <param name="capacity">Bytes for the first <see cref="SmallBody"/> bytes of all bodies.</param>
internal sealed class UnverifiedBodies(int capacity)
{
    /// <summary>Bytes that are taken at once.</summary>
    public const int BlockSize = 64 * 1024;

    /// <summary>Bytes up to which a body has its place among all others.</summary>
    public const int SmallBody = 1024 * 1024;

    private const int KeptWhenIdle = 16;

    private readonly int _most = capacity / BlockSize;
    private readonly LinkedList<WebhookBody> _arriving = [];
    private readonly Stack<byte[]> _free = [];
    private WebhookBody? _large;
    private int _used;
    private int _usedByLarge;
    private TaskCompletionSource? _returned;

    /// <summary>Guards this and all its bodies.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Bytes that bodies hold now.</summary>
    public int Used
    {
        get
        {
            lock (Gate)
                return (_used + _usedByLarge) * BlockSize;
        }
    }

    /// <summary>Begins a body.</summary>
    public WebhookBody Open()
    {
        lock (Gate)
            return new WebhookBody(this, _arriving);
    }

    /// <summary>A block for a body, taken from the oldest one when there is none left; null when all belong to bodies that are whole,
    /// and then what to wait for. Under the gate.</summary>
    public byte[]? Take(WebhookBody body, out Task returned)
    {
        returned = Task.CompletedTask;
        if (body.Length >= SmallBody)
        {
            if (_large is { } other && other != body && !other.TryEvict())
            {
                returned = Returned();
                return null;
            }

            _large = body;
            _usedByLarge++;
        }
        else
        {
            while (_used >= _most)
            {
                var oldest = _arriving.First?.Value == body ? _arriving.First.Next : _arriving.First;
                if (oldest is null)
                {
                    returned = Returned();
                    return null;
                }

                oldest.Value.TryEvict();
            }

            _used++;
        }

        // Not pinned: among pinned ones a single block that stays keeps the memory of all.
        return _free.TryPop(out var block) ? block : GC.AllocateUninitializedArray<byte>(BlockSize);
    }

    /// <summary>Takes the blocks of a body back. Under the gate.</summary>
    public void Return(WebhookBody body, List<byte[]> blocks)
    {
        foreach (var block in blocks)
            _free.Push(block);
        _used -= Math.Min(blocks.Count, SmallBody / BlockSize);
        if (_large == body)
            (_large, _usedByLarge) = (null, 0);
        blocks.Clear();
        while (_used == 0 && _free.Count > KeptWhenIdle)
            _free.Pop();
        _returned?.TrySetResult();
        _returned = null;
    }

    private Task Returned() => (_returned ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
