using System.Text.Json;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;

namespace Drafthorse.Tests.Agent;

/// <summary>Pictures reach the model in its vendor's form: those of people's messages, and those that a tool reads.</summary>
public sealed class ImageTests
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1];

    private static readonly string Base64 = Convert.ToBase64String(Png);

    [Theory]
    [InlineData("openai-chat:m", """{"type":"image_url","image_url":{"url":"data:image/png;base64,DATA"}}""")]
    [InlineData("dashscope:m", """{"type":"image_url","image_url":{"url":"data:image/png;base64,DATA"}}""")]
    [InlineData("ollama:m", """{"type":"image_url","image_url":{"url":"data:image/png;base64,DATA"}}""")]
    [InlineData("openai:m", """{"type":"input_image","image_url":"data:image/png;base64,DATA"}""")]
    [InlineData("anthropic:m", """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"DATA"}}""")]
    public async Task Run_PictureInAMessageAndFromReadFile_AreBothSent(string spec, string form)
    {
        await using var agent = new WireAgent(spec);
        await File.WriteAllBytesAsync(agent.Folder.Inside("p.png"), Png, TestContext.Current.CancellationToken);
        agent.Server.Answers(
            new WireReply { Calls = [("a", "read_file", """{"path":"p.png"}"""), ("b", "look", "{}")] },
            WireReply.Says("a picture"));

        var reply = await agent.SendAsync("what is this?", new MessageImage("image/png", Png));

        var picture = form.Replace("DATA", Base64, StringComparison.Ordinal);
        Assert.Equal("a picture", reply.Text);
        Assert.Equal(1, Count(agent.Server.Bodies[0], picture));
        Assert.Equal(2, Count(agent.Server.Bodies[1], picture));
    }

    [Fact]
    public async Task Run_PictureFromReadFile_IsInsideOfItsResultForAnthropic()
    {
        await using var agent = new WireAgent("anthropic:m");
        await File.WriteAllBytesAsync(agent.Folder.Inside("p.png"), Png, TestContext.Current.CancellationToken);
        agent.Server.Answers(new WireReply { Calls = [("a", "read_file", """{"path":"p.png"}"""), ("b", "look", "{}")] }, WireReply.Says("ok"));

        await agent.SendAsync("go");

        using var json = JsonDocument.Parse(agent.Server.Bodies[1]);
        var results = json.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").EnumerateArray().ToList();
        Assert.Equal(["tool_result", "tool_result"], results.Select(block => block.GetProperty("type").GetString()));
        Assert.Equal(["text", "image"], results[0].GetProperty("content").EnumerateArray().Select(block => block.GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("openai-chat:m", """{"error":{"message":"You uploaded an unsupported image. Please make sure your image is valid.","type":"invalid_request_error","code":"image_parse_error"}}""")]
    [InlineData("openai:m", """{"error":{"message":"The image data you provided does not represent a valid image.","type":"invalid_request_error"}}""")]
    [InlineData("anthropic:m", """{"type":"error","error":{"type":"invalid_request_error","message":"Could not process image"}}""")]
    public async Task Run_ProviderRefusesAPicture_GoesOnWithoutItAndTheThreadStaysUsable(string spec, string error)
    {
        await using var agent = new WireAgent(spec);
        await File.WriteAllBytesAsync(agent.Folder.Inside("p.png"), Png, TestContext.Current.CancellationToken);
        agent.Server.OnRequest = (number, _) => Task.FromResult(
            agent.Server.Bodies[number].Contains(Base64, StringComparison.Ordinal) ? WireServer.Error(400, error)
            : number == 0 ? agent.Server.Stream(WireReply.Call("read_file", """{"path":"p.png"}"""))
            : agent.Server.Stream(WireReply.Says("I cannot see it")));

        var reply = await agent.SendAsync("what is in p.png?");
        var next = await agent.SendAsync("and now?");

        Assert.Equal((ThreadStatus.Done, "I cannot see it"), (reply.Status, reply.Text));
        Assert.Equal(ThreadStatus.Done, next.Status);
        Assert.Contains("a picture that could not be shown", agent.Server.Bodies[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/bmp", 10)]
    [InlineData("image/png", 0)]
    [InlineData("image/png", 5_000_001)]
    public async Task Run_PictureThatVendorsRefuse_IsRefusedAtOnce(string mediaType, int size)
    {
        await using var agent = new WireAgent("openai-chat:m");

        await Assert.ThrowsAsync<ArgumentException>(() => agent.SendAsync("look", new MessageImage(mediaType, new byte[size])));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
