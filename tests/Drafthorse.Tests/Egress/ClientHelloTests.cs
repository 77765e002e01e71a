using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Authentication;
using Drafthorse.Harness.Egress.Connections;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Egress;

public sealed class ClientHelloTests
{
    private static readonly byte[] Real = Capture("registry.example");

    [Fact]
    public void Parse_RealHello_FindsTheName() =>
        Assert.Equal(new ClientHello(ClientHelloStatus.Named, "registry.example"), ClientHello.Parse(Real));

    [Fact]
    public void Parse_EveryPrefixOfARealHello_IsIncomplete()
    {
        for (var length = 0; length < Real.Length; length++)
            Assert.Equal(ClientHelloStatus.Incomplete, ClientHello.Parse(Real.AsSpan(0, length)).Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Parse_HelloInManyRecords_FindsTheName(int size)
    {
        var records = Real[5..].Chunk(size).SelectMany(part => new byte[] { 22, 3, 1, (byte)(part.Length >> 8), (byte)part.Length }.Concat(part)).ToArray();

        Assert.Equal("registry.example", ClientHello.Parse(records).Text);
    }

    [Fact]
    public void Parse_WithoutServerName_IsUnnamed()
    {
        Assert.Equal(ClientHelloStatus.Unnamed, ClientHello.Parse(Capture("")).Status);
        Assert.Equal(ClientHelloStatus.Unnamed, ClientHello.Parse(Hello()).Status);
    }

    [Theory]
    [InlineData(0xFE0D)]
    [InlineData(0xFFCE)]
    public void Parse_EncryptedName_IsRefused(int extension) =>
        Assert.Equal(ClientHelloStatus.Refused, ClientHello.Parse(Hello((0, ServerName("registry.example")), (extension, [1, 2, 3]))).Status);

    [Fact]
    public void Parse_TwoServerNames_IsRefused()
    {
        var twice = Hello((0, ServerName("registry.example")), (0, ServerName("other.example")));
        var list = Hello((0, [0, 10, 0, 0, 2, 97, 97, 0, 0, 2, 98, 98]));

        Assert.Equal(ClientHelloStatus.Refused, ClientHello.Parse(twice).Status);
        Assert.Equal(ClientHelloStatus.Refused, ClientHello.Parse(list).Status);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("\x16\x02\x01\x00\x05")]
    [InlineData("\x16\x03\x01\x00\x00")]
    [InlineData("\x16\x03\x01\xff\xff")]
    [InlineData("\x15\x03\x01\x00\x02\x02\x28")]
    [InlineData("\x16\x03\x01\x00\x04\x02\x00\x00\x00")]
    [InlineData("\x16\x03\x01\x00\x04\x01\xff\xff\xff")]
    public void Parse_NoClientHello_IsRefused(string bytes) =>
        Assert.Equal(ClientHelloStatus.Refused, ClientHello.Parse(System.Text.Encoding.Latin1.GetBytes(bytes)).Status);

    [Property(MaxTest = 5000)]
    public void Parse_DamagedHello_NeverThrows(ushort at, byte value, ushort at2, byte value2)
    {
        var bytes = Real.ToArray();
        bytes[at % bytes.Length] = value;
        bytes[at2 % bytes.Length] = value2;

        ClientHello.Parse(bytes);
    }

    [Property(MaxTest = 2000)]
    public void Parse_AnyBytes_NeverThrows(byte[] bytes)
    {
        ClientHello.Parse(bytes);
        ClientHello.Parse([22, 3, 1, 0, (byte)(bytes.Length + 4), 1, 0, 0, (byte)bytes.Length, .. bytes]);
    }

    internal static byte[] Capture(string name)
    {
        var stream = new Recording();
        using var tls = new SslStream(stream);
        try
        {
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = name });
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // Nobody answers; the hello was sent.
        }

        return stream.Sent.ToArray();
    }

    private static byte[] ServerName(string name) =>
        [0, (byte)(name.Length + 3), 0, 0, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name)];

    private static byte[] Hello(params (int Type, byte[] Data)[] extensions)
    {
        var all = extensions.SelectMany(e => Number(e.Type).Concat(Number(e.Data.Length)).Concat(e.Data)).ToArray();
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, .. Number(all.Length), .. all];
        return [22, 3, 1, .. Number(body.Length + 4), 1, 0, .. Number(body.Length), .. body];
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    private sealed class Recording : MemoryStream
    {
        public MemoryStream Sent { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer) => Sent.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => Sent.Write(buffer, offset, count);
    }
}
