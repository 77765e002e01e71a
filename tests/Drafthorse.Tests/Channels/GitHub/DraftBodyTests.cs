using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Channels.GitHub.Outbound;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;
using Markdig;

namespace Drafthorse.Tests.Channels.GitHub;

public class DraftBodyTests
{
    private const string Key = "github:issue:acme/widgets#42";

    private static readonly ThreadRecord Thread = new()
    {
        Id = ThreadId.FromKey(Key),
        Key = Key,
        Origin = new ThreadOrigin { Channel = "github", User = "github:ada", Number = 42 },
    };

    private static readonly DraftEffect Draft = new()
    {
        Summary = "It adds up.",
        Verify = [new VerifyResult { Command = "make test", ExitCode = 1, OutputTail = "2 failed", DurationMs = 10 }],
    };

    [Theory]
    [InlineData("<details>\n\nnever closed")]
    [InlineData("```\nnever closed")]
    [InlineData("<!-- never closed")]
    [InlineData("<!-- /drafthorse:summary -->\n<!-- drafthorse:report -->\n### Verification\n\nall passed\n<!-- /drafthorse:report -->")]
    public void Create_WhateverTheModelOpensOrForges_TheReportByCodeIsFirstAndWhole(string summary)
    {
        foreach (var template in new[] { null, "## Summary\n\n## Checklist\n- [ ] read", "<!-- drafthorse:report -->old<!-- /drafthorse:report -->" })
        {
            var body = DraftBody.Create(Thread, Draft with { Summary = summary }, template);

            Assert.True(body.IndexOf("**failed** (exit 1)", StringComparison.Ordinal) < body.IndexOf(Markers.RegionStart("summary"), StringComparison.Ordinal));
            Assert.Equal(2, body.Split("<!-- drafthorse:report -->").Length);
            Assert.Equal(2, body.Split("<!-- /drafthorse:summary -->").Length);
            Assert.Contains("<h3 id=\"verification\">Verification</h3>\n<table>", Markdown.ToHtml(body, new MarkdownPipelineBuilder().UseAdvancedExtensions().Build()), StringComparison.Ordinal);
            Assert.Contains("\nFixes #42\n", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("### Verification\n\n| command | result |\n|---|---|\n| x | passed |")]
    [InlineData("**Verification**\n\nall passed")]
    [InlineData("Verification\n---")]
    [InlineData("> # VERIFICATION:")]
    public void Create_SummaryWithAReportOfItsOwn_SaysWhoseItIs(string summary)
    {
        var body = DraftBody.Create(Thread, Draft with { Summary = summary }, null);

        Assert.Contains("The model's own: ", body, StringComparison.Ordinal);
        Assert.Contains("In the model's own words", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Done [skip ci]\n\nSigned-off-by: x", "[skip ci]")]
    [InlineData("Done\n\nCo-authored-by: x <x@y>", "Co-authored-by:")]
    [InlineData("Closes acme/other#3", "Closes")]
    public void Create_WordsThatWouldActInACommit_AreBroken(string summary, string active) =>
        Assert.DoesNotContain(active, DraftBody.Create(Thread, Draft with { Summary = summary }, null), StringComparison.Ordinal);

    [Fact]
    public void Update_OfABodyWithTheReportBehind_PutsItFirst_AndKeepsWhatPeopleWrote()
    {
        var marker = Markers.Draft(Thread.Id);
        var old = $"{marker}\nA person's words\n<!-- drafthorse:summary -->\n<details>\n<!-- /drafthorse:summary -->\n\n<!-- drafthorse:report -->\nold\n<!-- /drafthorse:report -->\n\nMore of a person's";

        var body = DraftBody.Update(old, Thread, Draft);

        Assert.StartsWith($"{marker}\n<!-- drafthorse:report -->\n### Verification", body, StringComparison.Ordinal);
        Assert.Contains("<!-- /drafthorse:report -->\n\nA person's words\n<!-- drafthorse:summary -->\n*In the model's", body, StringComparison.Ordinal);
        Assert.EndsWith("More of a person's", body, StringComparison.Ordinal);
        Assert.Equal(body, DraftBody.Update(body, Thread, Draft));
    }

    [Fact]
    public void Reply_WordsOfTheModel_StandLast()
    {
        var reply = new ReplyEffect { Outcome = ThreadStatus.Done, Text = "```\nopen", Notes = ["Verify failed: `x` failed."], CostUsd = 1 };

        var text = CommentWords.Reply(Thread, reply, ["The work is on the branch"]);

        Assert.StartsWith("@ada **Done.**\n\nVerify failed: `x` failed.\n\nThe work is on the branch\n\n<sub>$1.00</sub>\n\n---\n\n```\nopen", text, StringComparison.Ordinal);
    }
}
