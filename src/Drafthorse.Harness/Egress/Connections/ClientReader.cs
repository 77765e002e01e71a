namespace Drafthorse.Harness.Egress.Connections;

/// <summary>Reads by what a client says where it wants to go: the head of a request, or a TLS hello. Waits so long for it.</summary>
internal sealed class ClientReader(ReadBuffer input, TimeSpan patience)
{
    private const string NeitherTlsNorHttp = "neither TLS nor HTTP/1.x; where something else is spoken, the egress allow-list must say host:port/tcp";

    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    public async ValueTask<RequestHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var hello = Deadline(cancellationToken);
            var bytes = await input.ReadToAsync(HeadEnd, RequestHead.MaxLength, hello.Token).ConfigureAwait(false);
            return bytes is null ? null
                : RequestHead.TryParse(bytes, out var head, out var problem) ? head
                : throw EgressException.Refused(problem);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Whether a hello came that names the host; false when the client left before.</summary>
    public async Task<bool> HasHelloAsync(HostName host, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        while (true)
        {
            var hello = ClientHello.Parse(input.Buffered);
            if (hello.Status == ClientHelloStatus.Named)
                return HostName.TryParse(hello.Text, out var named) && named == host ? true : throw EgressException.Refused("TLS names another host");
            if (hello.Status == ClientHelloStatus.Unnamed && host.Address is not null)
                return true;
            if (hello.Status != ClientHelloStatus.Incomplete || input.Buffered.Length > ClientHello.MaxLength)
                throw EgressException.Refused(hello.Status == ClientHelloStatus.Incomplete ? "the ClientHello is too long" : hello.Text);
            try
            {
                if (!await input.FillAsync(deadline.Token).ConfigureAwait(false))
                    return input.Buffered.IsEmpty ? false : throw EgressException.Refused("the ClientHello was cut");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw EgressException.Refused($"no ClientHello within {patience.TotalSeconds:0} s");
            }
        }
    }

    /// <summary>Returns when a request line has come; throws when what came, or did not come in time, is none.</summary>
    public async Task ExpectRequestAsync(CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        try
        {
            int end;
            while ((end = input.Buffered.IndexOf((byte)'\n')) < 0)
            {
                if (input.Buffered.Length > RequestHead.MaxLength || !await input.FillAsync(deadline.Token).ConfigureAwait(false))
                    throw EgressException.Refused(NeitherTlsNorHttp);
            }

            if (!RequestHead.IsRequestLine(input.Buffered[..end].TrimEnd((byte)'\r')))
                throw EgressException.Refused(NeitherTlsNorHttp);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw EgressException.Refused(NeitherTlsNorHttp);
        }
    }

    /// <summary>Ends when the client is no longer waited for.</summary>
    public CancellationTokenSource Deadline(CancellationToken cancellationToken)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        return deadline;
    }
}
