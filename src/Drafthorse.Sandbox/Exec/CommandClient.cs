using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Exec;

/// <summary>Runs commands in a sandbox. All methods throw <see cref="SandboxCallException"/> when the sandbox refuses and
/// <see cref="WireException"/> when the connection ends.</summary>
public sealed class CommandClient
{
    private readonly WireConnection _connection;

    internal CommandClient(WireConnection connection) => _connection = connection;

    /// <summary>Runs a command and waits for its end. A call id that is known is not run again but joined. Cancelling kills the command
    /// and all it started; a lost connection leaves it running, to be joined by its next owner. <paramref name="onOutput"/> gets output as it comes.</summary>
    public Task<ExecResult> ExecAsync(ExecRequest request, Func<ExecOutput, ValueTask>? onOutput, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _connection.WithinAsync(
            request.Timeout + WireLimits.AnswerTime,
            async token =>
            {
                WireStream call = await _connection.OpenCallAsync(
                    ExecMethods.Exec, new ExecCall(request, Live: onOutput is not null), ExecJson.Default.ExecCall, token).ConfigureAwait(false);
                await using (call.ConfigureAwait(false))
                {
                    return await ExecRecords.ReadAsync(call, onOutput, token).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <summary>Says that a result is safe elsewhere; the sandbox lets it go and never runs this id again. False when it was not known.</summary>
    public async Task<bool> AcknowledgeAsync(string callId, CancellationToken cancellationToken) =>
        (await _connection.InvokeAsync(
            ExecMethods.Acknowledge, new CommandRef(callId), ExecJson.Default.CommandRef, ExecJson.Default.Done, cancellationToken).ConfigureAwait(false)).Known;

    /// <summary>Starts a command in the background, for at most <see cref="ExecRequest.MaxBackgroundTimeout"/>. Its error output is mixed
    /// into its output, all of which goes to a file.</summary>
    public Task<CommandInfo> StartAsync(ExecRequest request, CancellationToken cancellationToken) => _connection.InvokeAsync(
        ExecMethods.Start, request, ExecJson.Default.ExecRequest, ExecJson.Default.CommandInfo, cancellationToken);

    /// <summary>All commands that run or whose results are kept, oldest first.</summary>
    public async Task<IReadOnlyList<CommandInfo>> ListAsync(CancellationToken cancellationToken) =>
        (await _connection.InvokeAsync(
            ExecMethods.List, new Done(true), ExecJson.Default.Done, ExecJson.Default.CommandList, cancellationToken).ConfigureAwait(false)).Commands;

    /// <summary>A stretch of a background command's output from a byte offset; a negative offset counts from the end.
    /// At most 256 KiB a call.</summary>
    public Task<CommandTail> TailAsync(string callId, long offset, int maxBytes, CancellationToken cancellationToken) => _connection.InvokeAsync(
        ExecMethods.Tail, new TailRequest(callId, offset, maxBytes), ExecJson.Default.TailRequest, ExecJson.Default.CommandTail, cancellationToken);

    /// <summary>Kills a command and all it started, and waits until that is done. One that has ended is left as it is.</summary>
    public Task<CommandInfo> KillAsync(string callId, CancellationToken cancellationToken) => _connection.InvokeAsync(
        ExecMethods.Kill, new CommandRef(callId), ExecJson.Default.CommandRef, ExecJson.Default.CommandInfo, cancellationToken);

    /// <summary>Ends all commands, and every process that commands have left behind: in the background, in sessions of their own, without
    /// parents. In a sandbox of its own all but the daemon ends; where the daemon is hosted in a program, what its own commands started.
    /// False when something still runs.</summary>
    public async Task<bool> EndAllAsync(CancellationToken cancellationToken) =>
        (await _connection.InvokeAsync(
            ExecMethods.EndAll, new Done(true), ExecJson.Default.Done, ExecJson.Default.Done, cancellationToken).ConfigureAwait(false)).Known;
}
