using System.Text;
using System.Threading.Channels;
using Drafthorse.Events;
using Drafthorse.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Server;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Write_EventOfTwoLines_HasItsIdOnTheLast()
    {
        var events = Channel.CreateUnbounded<EventLine>();
        events.Writer.TryWrite(Line(3, "message", isLast: false));
        events.Writer.TryWrite(Line(3, "usage", isLast: true));
        events.Writer.Complete();

        var written = await WriteAsync(events, new FakeTimeProvider());

        Assert.Equal("data: message\n\nid: 3\ndata: usage\n\n", written);
    }

    [Fact]
    public async Task Write_NothingHappens_IsKeptAlive()
    {
        var time = new FakeTimeProvider();
        var events = Channel.CreateUnbounded<EventLine>();

        var writing = WriteAsync(events, time);
        time.Advance(EventStream.KeepAlive);
        events.Writer.TryWrite(Line(0, "message", isLast: true));
        events.Writer.Complete();

        Assert.Equal(": keep-alive\n\nid: 0\ndata: message\n\n", await writing);
    }

    private static EventLine Line(long position, string text, bool isLast) => new(position, Encoding.UTF8.GetBytes(text), isLast);

    private static async Task<string> WriteAsync(Channel<EventLine> events, TimeProvider time)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Response.Body = body;
        await EventStream.WriteAsync(context.Response, events.Reader.ReadAllAsync(TestContext.Current.CancellationToken), time, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
