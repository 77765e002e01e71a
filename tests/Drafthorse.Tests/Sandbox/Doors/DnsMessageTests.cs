using System.Text;
using Drafthorse.Sandbox.Doors;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Sandbox.Doors;

public sealed class DnsMessageTests
{
    private const int NoError = 0;
    private const int FormatError = 1;
    private const int NameError = 3;

    private readonly NameTable _names = new(1000);

    [Fact]
    public void Answer_AddressQuery_GivesTheSyntheticAddressAndEchoesTheQuestion()
    {
        var query = DnsQuery.Create("Registry.Example", DnsQuery.A);

        var reply = Answer(query);

        Assert.Equal(NoError, DnsQuery.Code(reply));
        Assert.Equal(1, DnsQuery.Answers(reply));
        Assert.Equal(_names.AddressOf("registry.example"), DnsQuery.Address(reply));
        Assert.Equal(query[..2], reply[..2]);
        Assert.Equal(query[12..], reply[12..query.Length]);
        Assert.Equal(0x85, reply[2]);
    }

    [Theory]
    [InlineData(DnsQuery.Aaaa)]
    [InlineData(DnsQuery.Srv)]
    [InlineData((ushort)16)]
    [InlineData((ushort)65)]
    [InlineData((ushort)2)]
    public void Answer_OtherTypes_IsEmptyWithoutError(ushort type)
    {
        var reply = Answer(DnsQuery.Create("_http._tcp.registry.example", type));

        Assert.Equal(NoError, DnsQuery.Code(reply));
        Assert.Equal(0, DnsQuery.Answers(reply));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("app.localhost")]
    public void Answer_Localhost_IsLoopback(string name) =>
        Assert.Equal(0x7F00_0001u, DnsQuery.Address(Answer(DnsQuery.Create(name, DnsQuery.A))));

    [Fact]
    public void Answer_Pointer_GivesTheName()
    {
        var address = _names.AddressOf("registry.example");
        var reverse = $"{address & 0xFF}.{address >> 8 & 0xFF}.{address >> 16 & 0xFF}.{address >> 24}.in-addr.arpa";

        var known = Answer(DnsQuery.Create(reverse, DnsQuery.Ptr));
        var unknown = Answer(DnsQuery.Create("4.3.2.1.in-addr.arpa", DnsQuery.Ptr));

        Assert.Contains("\bregistry\aexample\0", Encoding.Latin1.GetString(known), StringComparison.Ordinal);
        Assert.Equal(NameError, DnsQuery.Code(unknown));
    }

    [Fact]
    public void Answer_WithExtension_AnswersTheExtension()
    {
        var reply = Answer(DnsQuery.Create("a.example", DnsQuery.A, edns: true));

        Assert.Equal(1, reply[11]);
        Assert.Equal([0, 0, 41], reply[^11..^8]);
    }

    [Theory]
    [InlineData("with space.example")]
    [InlineData("a\0b.example")]
    [InlineData("caf\u00E9.example")]
    [InlineData("a/b.example")]
    public void Answer_NoHostName_DoesNotExist(string name) =>
        Assert.Equal(NameError, DnsQuery.Code(Answer(DnsQuery.Create(name, DnsQuery.A))));

    [Fact]
    public void Answer_CompressedQuestion_IsAFormatError()
    {
        byte[] query = [.. DnsQuery.Create("", DnsQuery.A)[..12], 0xC0, 12, 0, 1, 0, 1];

        Assert.Equal(FormatError, DnsQuery.Code(Answer(query)));
    }

    [Fact]
    public void Answer_LongestNameInPointerReply_Fits()
    {
        var name = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));
        var address = _names.AddressOf(name);

        var reply = Answer(DnsQuery.Create($"{address & 0xFF}.{address >> 8 & 0xFF}.{address >> 16 & 0xFF}.127.in-addr.arpa", DnsQuery.Ptr, edns: true));

        Assert.Equal(1, DnsQuery.Answers(reply));
    }

    [Fact]
    public void Answer_ReplyOrTooShort_IsNotAnswered()
    {
        var reply = DnsQuery.Create("a.example", DnsQuery.A);
        reply[2] |= 0x80;

        Assert.Empty(Answer(reply));
        Assert.Empty(Answer(reply[..11]));
    }

    [Property(MaxTest = 2000)]
    public void Answer_AnyBytes_NeverThrowsAndFits(byte[] bytes) => Assert.InRange(Answer(bytes).Length, 0, DnsMessage.MaxReply);

    [Property(MaxTest = 2000)]
    public void Answer_DamagedQuery_NeverThrowsAndFits(ushort at, byte value, ushort cut, bool edns)
    {
        var query = DnsQuery.Create("some.registry.example", DnsQuery.A, edns);
        query[at % query.Length] = value;

        Assert.InRange(Answer(query[..(query.Length - cut % query.Length)]).Length, 0, DnsMessage.MaxReply);
    }

    private byte[] Answer(byte[] query)
    {
        var reply = new byte[DnsMessage.MaxReply];
        return reply[..DnsMessage.Answer(query, _names, reply)];
    }
}
