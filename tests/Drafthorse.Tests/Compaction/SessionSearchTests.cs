using System.Diagnostics;
using System.Text;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Models;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Compaction;

/// <summary>What the context no longer shows is found by its words, whole evicted results too.</summary>
public sealed class SessionSearchTests : IDisposable
{
    private readonly TemporaryFolder _archive = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _archive.Dispose();

    [Fact]
    public async Task Search_WhatWasSaidAndSeen_IsFoundWithItsStep()
    {
        var harness = NewHarness();
        harness.OnTool = name => Task.FromResult<object>(name == "look" ? "the flag is zanzibar-42" : $"{new string('x', 50)} nothing here");
        harness.Model.Calls(("look", "{}")).Calls(("change", """{"why":"quokka"}""")).Says("I saw a capybara")
            .Calls(("session_search", """{"query":"zanzibar quokka capybara pangolin"}""")).Says("done");
        await harness.SendAsync("mind the pangolin");

        await harness.SendAsync("now");

        var found = ResultOf(harness);
        Assert.Contains("--- step 1, result of look (call ", found, StringComparison.Ordinal);
        Assert.Contains("the flag is zanzibar-42", found, StringComparison.Ordinal);
        Assert.Contains("--- step 2, your call of change\n{\"why\":\"quokka\"}", found, StringComparison.Ordinal);
        Assert.Contains("--- step 3, your reply\nI saw a capybara", found, StringComparison.Ordinal);
        Assert.Contains("--- message from cli:tester at ", found, StringComparison.Ordinal);
        Assert.Contains("mind the pangolin", found, StringComparison.Ordinal);
        Assert.StartsWith("4 passages match; the best 4", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"query":"..."}""", "has no words")]
    [InlineData("{}", "\"query\" is missing")]
    [InlineData("""{"query":"x","limit":0}""", "a whole number from 1")]
    [InlineData("""{"query":"nowhere"}""", "Nothing in this task so far has any of these words.")]
    [InlineData("""{"query":"alpha","limit":100000}""", "20 passages match; the best 20")]
    [InlineData("""{"q":"alpha"}""", "20 passages match; the best 5")]
    public async Task Search_OddQueries_AreAnsweredInWords(string arguments, string words)
    {
        var harness = NewHarness();
        var looks = 0;
        harness.OnTool = _ => Task.FromResult<object>($"alpha {++looks}");
        for (var look = 0; look < 20; look++)
            harness.Model.Calls(("look", $$"""{"n":{{look}}}"""));
        harness.Model.Calls(("session_search", arguments)).Says("done");

        await harness.SendAsync("go");

        Assert.Contains(words, ResultOf(harness), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_ItsOwnCallsAndResults_AreNotFound()
    {
        var harness = NewHarness();
        harness.Model.Calls(("session_search", """{"query":"okapi"}""")).Calls(("session_search", """{"query":"okapi"}""")).Says("done");

        await harness.SendAsync("go");

        Assert.Contains("Nothing in this task so far", ResultOf(harness), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_AnEvictedResult_IsFoundInTheMiddleAndSecretsAreNot()
    {
        var harness = NewHarness(builder => builder.UseSecrets(new Dictionary<string, string> { ["TOKEN"] = "s3cr3t-t0ken-value" }));
        harness.OnTool = _ => Task.FromResult<object>($"{Filler(3_000_000)} the needle is wombat-7 and s3cr3t-t0ken-value {Filler(2_000_000)}");
        harness.Model.Calls(("look", "{}")).Calls(("session_search", """{"query":"wombat"}""")).Says("done");

        await harness.SendAsync("go");

        var found = ResultOf(harness);
        Assert.Contains("--- step 1, whole result (call ", found, StringComparison.Ordinal);
        Assert.Contains("the needle is wombat-7 and", found, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-t0ken-value", found, StringComparison.Ordinal);
        var file = Assert.Single(Directory.GetFiles(_archive.Root, "*", SearchOption.AllDirectories));
        Assert.InRange(new FileInfo(file).Length, 1_000, ResultArchive.MostBytes);
        Assert.Contains("search it with session_search", string.Concat(harness.Shown(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Archive_ResultThatDoesNotCompress_IsBounded()
    {
        var archive = new ResultArchive(_archive.Root);
        var random = new Random(1);
        var text = string.Concat("first ", string.Create(12_000_000, random, (span, source) => { foreach (ref var character in span) character = (char)source.Next(0x4E00, 0x9FFF); }), " last");

        Assert.True(archive.TryKeep(ThreadId.FromKey("k"), "1-1-0", text));

        Assert.InRange(new FileInfo(Assert.Single(Directory.GetFiles(_archive.Root, "*", SearchOption.AllDirectories))).Length, ResultArchive.MostBytes / 2, ResultArchive.MostBytes + 300_000);
        var seen = new StringBuilder();
        archive.Visit(ThreadId.FromKey("k"), "1-1-0", (passage, _) => seen.Append(passage.Length > 5 ? passage[..5] : ""), () => seen.Length == 0);
        Assert.StartsWith("first", seen.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../1")]
    [InlineData("")]
    [InlineData("a/b")]
    public void Archive_IdsThatAreNotOurs_NameNoFile(string callId) =>
        Assert.Throws<ArgumentException>(() => new ResultArchive(_archive.Root).TryKeep(ThreadId.FromKey("k"), callId, "x"));

    [Fact]
    public void Archive_BrokenFiles_AreSkipped()
    {
        var archive = new ResultArchive(_archive.Root);
        var thread = ThreadId.FromKey("k");
        archive.TryKeep(thread, "1-1-0", "whole");
        var folder = Path.GetDirectoryName(Directory.GetFiles(_archive.Root, "*", SearchOption.AllDirectories)[0])!;
        File.WriteAllBytes(Path.Combine(folder, "1-2-0"), [1, 2, 3]);
        File.WriteAllBytes(Path.Combine(folder, "1-3-0"), [.. "DHR1"u8, 0xFF, 0xFF, 0xFF, 0x7F]);
        File.WriteAllBytes(Path.Combine(folder, "1-4-0"), [.. File.ReadAllBytes(Path.Combine(folder, "1-1-0")).AsSpan(0, 1032), 9, 9, 9, 9]);

        Assert.Equal(4, archive.List(thread).Count);
        Assert.Null(archive.ReadFilter(thread, "1-2-0"));
        Assert.Null(archive.ReadFilter(thread, "1-3-0"));
        archive.Visit(thread, "1-4-0", (_, _) => Assert.Fail("nothing of a broken file"), () => true);
        Assert.NotNull(archive.ReadFilter(thread, "1-1-0"));
        Assert.Empty(archive.List(ThreadId.FromKey("other")));
    }

    /// <summary>A rare word is found among many large results at once; a common one is bounded.</summary>
    [Fact]
    public async Task Search_ManyLargeResults_IsBounded()
    {
        var results = Environment.GetEnvironmentVariable("DRAFTHORSE_LONG") == "1" ? 1_000 : 60;
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        var archive = new ResultArchive(_archive.Root);
        var thread = ThreadId.FromKey("k");
        var filler = Filler(5_000_000);
        var (rare, common) = ("needle-zebu", "filler");
        for (var step = 1; step <= results; step++)
            Assert.True(archive.TryKeep(thread, $"1-{step}-0", step == results / 2 ? $"{filler}{rare}{filler[..1000]}" : step % 20 == 0 ? filler : filler[..90_000]));
        var search = new SessionSearch(store, archive, TimeProvider.System);

        var began = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = await search.FindAsync(thread, $"{rare} {common}", 1, Token);
        var (time, memory) = (Stopwatch.GetElapsedTime(began), GC.GetAllocatedBytesForCurrentThread() - before);

        TestContext.Current.TestOutputHelper?.WriteLine($"{results} results: {time.TotalMilliseconds:0} ms, {memory / 1e6:0.0} MB allocated");
        Assert.Contains($"--- step {results / 2}, whole result", found, StringComparison.Ordinal);
        Assert.InRange(time.TotalSeconds, 0, 20);
        Assert.InRange(memory, 0, 400_000_000);
    }

    private AgentHarness NewHarness(Action<HarnessAgentBuilder>? configure = null) => new(builder =>
    {
        builder.UseToolResultEviction(new ToolResultEvictionOptions { ArchiveFolder = _archive.Root });
        configure?.Invoke(builder);
    });

    private static string Filler(int length) =>
        string.Create(length, 0, (span, _) =>
        {
            for (var at = 0; at < span.Length; at++)
                span[at] = at % 100 == 99 ? '\n' : "filler words of a log "[at % 22];
        });

    private static string ResultOf(AgentHarness harness) => harness.Shown(harness.Model.Requests.Count - 1).Last(text => text.StartsWith("result ", StringComparison.Ordinal))["result ".Length..];
}
