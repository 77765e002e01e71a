using System.Text;
using Drafthorse.Sandbox.Exec.Running;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Exec;

/// <summary>The daemon's methods for commands.</summary>
internal sealed class CommandHandlers(CommandTable table)
{
    private const int MaxTail = 256 * 1024;

    public void Register(WireHandlers handlers) => handlers
        .Add(ExecMethods.Exec, ExecAsync)
        .Unary(ExecMethods.Acknowledge, ExecJson.Default.CommandRef, ExecJson.Default.Done, (request, _) =>
            Task.FromResult(new Done(table.Acknowledge(request.CallId))))
        .Unary(ExecMethods.Start, ExecJson.Default.ExecRequest, ExecJson.Default.CommandInfo, (request, _) =>
        {
            table.Run(request, background: true);
            return Task.FromResult(table.Describe(request.CallId));
        })
        .Unary(ExecMethods.List, ExecJson.Default.Done, ExecJson.Default.CommandList, (_, _) => Task.FromResult(new CommandList(table.List())))
        .Unary(ExecMethods.Tail, ExecJson.Default.TailRequest, ExecJson.Default.CommandTail, (request, _) => Task.FromResult(Tail(request)))
        .Unary(ExecMethods.EndAll, ExecJson.Default.Done, ExecJson.Default.Done, async (_, _) => new Done(await table.EndAllAsync().ConfigureAwait(false)))
        .Unary(ExecMethods.Kill, ExecJson.Default.CommandRef, ExecJson.Default.CommandInfo, KillAsync);

    private async Task ExecAsync(WireStream call, ReadOnlyMemory<byte> head, CancellationToken cancellationToken)
    {
        ExecCall exec = await call.ReadRequestAsync(head, ExecJson.Default.ExecCall, cancellationToken).ConfigureAwait(false);
        RunningCommand command = table.Run(exec.Request, background: false);
        try
        {
            if (exec.Live)
                await RelayAsync(call, command, cancellationToken).ConfigureAwait(false);

            await ReportAsync(call, command, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (call.AbortedByPeer && e is OperationCanceledException or SandboxCallException)
        {
            // Only who says so cancels: a lost connection leaves the command to the next owner.
            table.Kill(command, ExecEnd.Cancelled);
            throw;
        }
    }

    private async Task RelayAsync(WireStream call, RunningCommand command, CancellationToken cancellationToken)
    {
        var live = new LiveOutput();
        table.Attach(command, live);
        try
        {
            await foreach (LiveOutput.Piece piece in live.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                await call.WriteAsync(ExecRecords.Piece(piece), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            table.Detach(command, live);
        }
    }

    private static async Task ReportAsync(WireStream call, RunningCommand command, CancellationToken cancellationToken)
    {
        ExecReport report = await command.Finished.WaitAsync(cancellationToken).ConfigureAwait(false);
        await call.WriteLastAsync(ExecRecords.Report(report, command.Kept), cancellationToken).ConfigureAwait(false);
    }

    private CommandTail Tail(TailRequest request)
    {
        CommandInfo info = table.Describe(request.CallId);
        if (table.Find(request.CallId) is not { IsBackground: true } command)
            throw new SandboxCallException(CallCodes.BadRequest, $"Command {request.CallId} is not in the background.");

        long available = command.Output.Spilled;
        long offset = request.Offset >= 0 ? Math.Min(request.Offset, available) : Math.Max(0, available + request.Offset);
        byte[] buffer = new byte[Math.Clamp(request.MaxBytes, 4, MaxTail)];
        ReadOnlySpan<byte> read = buffer.AsSpan(0, command.Output.ReadSpilled(buffer, offset));
        ReadOnlySpan<byte> whole = Utf8Cut.End(read);
        if (whole.IsEmpty && info.End is not null)
            whole = read;

        return new CommandTail { Info = info, Text = Encoding.UTF8.GetString(whole), Offset = offset, NextOffset = offset + whole.Length };
    }

    private async Task<CommandInfo> KillAsync(CommandRef which, CancellationToken cancellationToken)
    {
        if (table.Find(which.CallId) is { } command)
        {
            table.Kill(command, ExecEnd.Killed);
            await command.Finished.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return table.Describe(which.CallId);
    }
}
