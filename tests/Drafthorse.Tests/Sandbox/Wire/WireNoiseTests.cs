using System.Buffers.Binary;
using System.Text;
using Drafthorse.Sandbox.Streams;
using Drafthorse.Sandbox.Wire;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Sandbox.Wire;

/// <summary>An end that breaks the rules loses its connection, in time and for the right reason, and nothing else happens.</summary>
public sealed class WireNoiseTests
{
    private static readonly byte[] Preface = [.. "DHWIRE"u8, 0, WireLimits.Version];
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Violations => new()
    {
        { "no preface", [.. "GET / HTTP/1.1\r\n\r\n"u8] },
        { "other version", [.. "DHWIRE"u8, 0, 99] },
        { "unknown type", Frame(1, 77) },
        { "type 0", Frame(1, 0) },
        { "oversized", Header(1, 2, WireLimits.MaxPayload + 1) },
        { "largest length", Header(1, 2, 0xFF_FFFF) },
        { "data for a stream never opened", Frame(1, 2, 1, 2, 3) },
        { "data for a stream of ours never opened", Frame(2, 2, 1, 2, 3) },
        { "open with our parity", Open(2, "hold") },
        { "open that leaves ids out", Open(3, "hold") },
        { "open twice", [.. Open(1, "hold"), .. Open(1, "hold")] },
        { "open with id 0", Open(0, "hold") },
        { "open without a name", Frame(1, 1, 0) },
        { "open with a name longer than the payload", Frame(1, 1, 60, (byte)'a') },
        { "open with control characters in the name", Frame(1, 1, 1, 7) },
        { "open with an empty payload", Frame(1, 1) },
        { "head too large", Frame(1, 1, [4, .. "hold"u8, .. new byte[WireLimits.MaxHead + 1]]) },
        { "more than the window", [.. Open(1, "hold"), .. Enumerable.Range(0, 5).SelectMany(_ => Frame(1, 2, new byte[WireLimits.MaxPayload]))] },
        { "data after the end", [.. Open(1, "hold"), .. Frame(1, 0x82), .. Frame(1, 2, 1)] },
        { "credit that nobody used", [.. Open(1, "hold"), .. Frame(1, 5, 1, 0, 0, 0)] },
        { "credit of 0", [.. Open(1, "hold"), .. Frame(1, 5, 0, 0, 0, 0)] },
        { "credit of the largest number", [.. Open(1, "hold"), .. Frame(1, 5, 255, 255, 255, 255)] },
        { "credit of a wrong size", [.. Open(1, "hold"), .. Frame(1, 5, 1)] },
        { "stop with a payload", [.. Open(1, "hold"), .. Frame(1, 4, 1)] },
        { "end flag on a ping", Frame(0, 0x86, new byte[8]) },
        { "ping of a wrong size", Frame(0, 6, new byte[7]) },
        { "ping on a stream", Frame(1, 6, new byte[8]) },
        { "data for the connection", Frame(0, 2, 1) },
        { "abort without a code", [.. Open(1, "hold"), .. Frame(1, 3)] },
        { "abort with too long a text", [.. Open(1, "hold"), .. Frame(1, 3, [1, (byte)'x', .. new byte[WireLimits.MaxErrorText + 1]])] },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task Receive_BrokenRule_EndsTheConnectionAsViolation(string what, byte[] bytes)
    {
        (WireConnection daemon, Stream host) = Start();

        await SendAsync(host, bytes.AsSpan(0, Math.Min(6, bytes.Length)).SequenceEqual(Preface.AsSpan(0, 6)) || what == "no preface" ? bytes : [.. Preface, .. bytes]);
        await daemon.Completion.WaitAsync(Enough, Token);

        Assert.Equal(WireEnd.Violation, daemon.Error!.End);
    }

    [Fact]
    public async Task Receive_Noise_EndsOrWaitsAndOthersLive()
    {
        await using WirePair other = WirePair.Create();
        var random = new Random(20);

        for (int i = 0; i < 300; i++)
        {
            (WireConnection daemon, Stream host) = Start();
            byte[] noise = new byte[random.Next(1, 4000)];
            random.NextBytes(noise);
            await SendAsync(host, i % 3 == 0 ? noise : [.. Preface, .. noise]);
            await host.DisposeAsync();
            await daemon.Completion.WaitAsync(Enough, Token);
            await daemon.Answered.WaitAsync(Enough, Token);
        }

        await other.Host.PingAsync(Token);
    }

    [Fact]
    public async Task Receive_GoodConversationWithFlippedBytes_EndsOrWaits()
    {
        byte[] good =
        [
            .. Preface, .. Open(1, "echo", "head"), .. Frame(1, 2, new byte[300]), .. Frame(0, 6, new byte[8]), .. Frame(1, 0x82, 1, 2, 3),
            .. Open(3, "hold"), .. Frame(3, 3, [9, .. "cancelled"u8, .. "why"u8]), .. Open(5, "fail"), .. Open(7, "nothing"), .. Frame(7, 4),
        ];
        var random = new Random(21);

        for (int i = 0; i < 1000; i++)
        {
            byte[] bad = [.. good];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));

            (WireConnection daemon, Stream host) = Start();
            await SendAsync(host, bad);
            await host.DisposeAsync();
            await daemon.Completion.WaitAsync(Enough, Token);
            await daemon.Answered.WaitAsync(Enough, Token);
        }
    }

    [Property(MaxTest = 300)]
    public Property Receive_AnyFrames_EndsOnceTheStreamEnds()
    {
        Gen<byte[]> frame =
            from id in Gen.Elements(0u, 1u, 2u, 3u, 4u, 5u, uint.MaxValue)
            from type in Gen.Choose(0, 255)
            from size in Gen.Frequency((6, Gen.Choose(0, 12)), (1, Gen.Choose(0, 70_000)))
            from first in Gen.Choose(0, 80)
            select Frame(id, (byte)type, [.. new[] { (byte)first }.Take(size), .. Enumerable.Repeat((byte)'a', Math.Max(0, size - 1))]);

        return Prop.ForAll(Gen.ListOf(frame).ToArbitrary(), frames =>
        {
            (WireConnection daemon, Stream host) = Start();
            SendAsync(host, [.. Preface, .. Open(1, "hold"), .. frames.SelectMany(bytes => bytes)]).GetAwaiter().GetResult();
            host.Dispose();
            return daemon.Completion.Wait(Enough) && daemon.Answered.Wait(Enough);
        });
    }

    [Fact]
    public async Task Receive_PingsThatNobodyReadsTheAnswersOf_EndsTheConnection()
    {
        (WireConnection daemon, Stream host) = Start();
        byte[] pings = [.. Enumerable.Range(0, 4000).SelectMany(_ => Frame(0, 6, new byte[8]))];
        await SendAsync(host, Preface);

        while (!daemon.Completion.IsCompleted)
            await SendAsync(host, pings);

        Assert.NotNull(daemon.Error);
    }

    [Fact]
    public async Task Receive_CallsOpenedAndAbortedAtOnce_AreRefusedOnceTooManyAreAnswered()
    {
        int most = 0;
        int now = 0;
        (WireConnection daemon, Stream host) = Start(new WireHandlers().Add("stubborn", async (_, _, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Delay(200, CancellationToken.None);
            Interlocked.Decrement(ref now);
        }));
        _ = host.CopyToAsync(Stream.Null, Token);
        await SendAsync(host, Preface);

        for (uint id = 1; id < 20_000; id += 2)
            await SendAsync(host, [.. Open(id, "stubborn"), .. Frame(id, 3, [1, (byte)'x'])]);
        await host.DisposeAsync();
        await daemon.Answered.WaitAsync(Enough, Token);

        Assert.InRange(most, 1, WireLimits.MaxStreams);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private static (WireConnection Daemon, Stream Host) Start(WireHandlers? handlers = null)
    {
        (Stream host, Stream daemon) = DuplexPipe.Create();
        return (WireConnection.Start(daemon, WireSide.Daemon, handlers ?? new WireHandlers()
            .Add("hold", (_, _, ct) => Task.Delay(Timeout.Infinite, ct))
            .Add("echo", (call, _, ct) => call.CopyToAsync(call, ct))
            .Add("fail", (_, _, _) => throw new InvalidOperationException("a defect"))), host);
    }

    /// <summary>Writes; an end that has hung up meanwhile is what is tested.</summary>
    private static async Task SendAsync(Stream host, byte[] bytes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Enough);
        try
        {
            await host.WriteAsync(bytes, limit.Token);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // Hung up.
        }
    }

    private static byte[] Open(uint id, string method, string head = "") =>
        Frame(id, 1, [(byte)method.Length, .. Encoding.ASCII.GetBytes(method), .. Encoding.ASCII.GetBytes(head)]);

    private static byte[] Frame(uint id, byte type, params byte[] payload) => [.. Header(id, type, payload.Length), .. payload];

    private static byte[] Header(uint id, byte type, int length)
    {
        byte[] header = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(header, id);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), (uint)type << 24 | (uint)length);
        return header;
    }
}
