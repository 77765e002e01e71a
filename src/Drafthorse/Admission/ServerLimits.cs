using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Drafthorse.Admission;

/// <summary>What requests may cost before it is known whose they are.</summary>
internal static class ServerLimits
{
    /// <summary>Open connections of strangers.</summary>
    private const int MostStrangers = 1000;

    /// <summary>Bytes of a body; a task of the greatest length, each character escaped, is smaller. Webhooks have a limit of their own.</summary>
    private const int MaxBody = 2 * 1024 * 1024;

    /// <summary>Bytes of a connection that are read ahead of who handles them.</summary>
    private const int ReadAhead = 32 * 1024;

    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBody;
        kestrel.Limits.MaxRequestBufferSize = ReadAhead;
        kestrel.Limits.MaxRequestHeadersTotalSize = ReadAhead / 2;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 4 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
        var gate = new ConnectionGate(MostStrangers);
        kestrel.ConfigureEndpointDefaults(listener => listener.Use(gate.Wrap));
    }
}
