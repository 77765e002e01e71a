using System.Diagnostics;
using System.IO.Pipelines;

namespace Drafthorse.Sandbox.Wire;

/// <content>What comes off the wire for this stream.</content>
internal sealed partial class WireStream
{
    /// <summary>Takes data off the wire. Throws <see cref="WireException"/> when it breaks a rule.</summary>
    internal void Receive(ReadOnlySpan<byte> data, bool last)
    {
        lock (_gate)
        {
            if (_failure is not null || _stopped)
                return;

            if (_receiveEnded)
                throw WireException.Violation("it sends on a stream that it has ended");

            if (data.Length > _receiveCredit)
                throw WireException.Violation("it sends more than the window allows");

            _receiveCredit -= data.Length;
            if (!data.IsEmpty)
            {
                data.CopyTo(_input.Writer.GetSpan(data.Length));
                _input.Writer.Advance(data.Length);

                // Without a threshold a pipe never makes its writer wait.
                ValueTask<FlushResult> flushed = _input.Writer.FlushAsync(CancellationToken.None);
                Debug.Assert(flushed.IsCompleted);
            }
        }

        if (last && EndInput())
            Connection.Remove(this);
    }

    internal void ReceiveCredit(uint bytes)
    {
        lock (_gate)
        {
            if (bytes == 0 || bytes > WireLimits.Window - _sendCredit)
                throw WireException.Violation("it gives credit that nobody used");

            _sendCredit += (int)bytes;
            _creditArrived?.TrySetResult();
            _creditArrived = null;
        }
    }

    internal void ReceiveAbort(string code, string message)
    {
        if (Fail(new SandboxCallException(code, message), byPeer: true))
            Connection.Remove(this);
    }

    internal void ReceiveStop()
    {
        bool over;
        lock (_gate)
        {
            _sendEnded = true;
            _creditArrived?.TrySetResult();
            _creditArrived = null;
            over = _receiveEnded;
        }

        if (over)
            Connection.Remove(this);
    }

    /// <summary>Fails all that waits on this stream. False when it was over already.</summary>
    internal bool Fail(Exception failure, bool byPeer)
    {
        lock (_gate)
        {
            if (_failure is not null || (_sendEnded && _receiveEnded))
                return false;

            _failure = failure;
            AbortedByPeer = byPeer;
            _sendEnded = true;
            _receiveEnded = true;
            CompleteInput(failure);
            _creditArrived?.TrySetResult();
            _creditArrived = null;
        }

        // Cancelling runs callbacks of the handler; the thread that reads the wire must not wait for them.
        if (_peerGone is not null)
            _ = _peerGone.CancelAsync();

        return true;
    }

    /// <summary>The other end writes no more. True when the stream is over in both directions.</summary>
    private bool EndInput()
    {
        lock (_gate)
        {
            _receiveEnded = true;
            CompleteInput(null);
            return _sendEnded;
        }
    }

    private void CompleteInput(Exception? failure)
    {
        if (_inputCompleted)
            return;

        _inputCompleted = true;
        _input.Writer.Complete(failure);
    }
}
