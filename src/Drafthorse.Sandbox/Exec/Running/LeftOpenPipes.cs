using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Pipes held open by what commands left behind, read so that writing to them does not kill it. Only the newest ones.</summary>
internal sealed class LeftOpenPipes
{
    private const int Most = 64;

    private readonly List<CommandPipe> _pipes = [];

    public IReadOnlyList<CommandPipe> All => _pipes;

    public void Add(CommandPipe pipe)
    {
        _pipes.Add(pipe);
        if (_pipes.Count > Most)
        {
            _pipes[0].Close();
            _pipes.RemoveAt(0);
        }
    }

    /// <summary>Reads away what has come.</summary>
    /// <param name="polled">The last of them are these pipes.</param>
    /// <param name="buffer">Space to read into.</param>
    public void Read(ReadOnlySpan<Libc.PollFd> polled, byte[] buffer)
    {
        ReadOnlySpan<Libc.PollFd> own = polled[^_pipes.Count..];
        for (int i = _pipes.Count - 1; i >= 0; i--)
        {
            if (own[i].Returned != 0 && !_pipes[i].Read(buffer, null))
                _pipes.RemoveAt(i);
        }
    }

    public void Close()
    {
        foreach (CommandPipe pipe in _pipes)
            pipe.Close();
    }
}
