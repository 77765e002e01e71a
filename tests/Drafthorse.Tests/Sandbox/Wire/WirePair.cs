using System.Text.Json.Serialization;
using Drafthorse.Sandbox.Streams;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Tests.Sandbox.Wire;

/// <summary>Both ends of a wire in memory.</summary>
internal sealed record WirePair(WireConnection Host, WireConnection Daemon) : IAsyncDisposable
{
    public static WirePair Create(WireHandlers? host = null, WireHandlers? daemon = null)
    {
        (Stream hostEnd, Stream daemonEnd) = DuplexPipe.Create();
        return new WirePair(
            WireConnection.Start(hostEnd, WireSide.Host, host ?? new WireHandlers()),
            WireConnection.Start(daemonEnd, WireSide.Daemon, daemon ?? new WireHandlers()));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Daemon.DisposeAsync();
    }
}

[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
