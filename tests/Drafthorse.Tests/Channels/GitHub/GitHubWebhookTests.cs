using System.Text;
using System.Text.Json.Nodes;
using Drafthorse.Channels;
using Drafthorse.Channels.GitHub;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Channels.GitHub;

public class GitHubWebhookTests
{
    private const string Secret = "a secret that nobody guesses";

    private readonly GitHubOptions _options = new() { WebhookSecrets = [Secret] };

    [Fact]
    public void Read_IssueOpenedWithMention_IsAcceptedIntoTheIntakeOfItsConversation()
    {
        var verdict = Read("issues", Payloads.Issue("opened", body: "Please fix it, @drafthorse."));

        Assert.Equal(WebhookOutcome.Accepted, verdict.Outcome);
        Assert.Equal("github:intake:octo/hello-world#42", verdict.Request!.ThreadKey);
        Assert.Null(verdict.Request.Message);
        Assert.Equal("https://github.com/Octo/Hello-World.git", verdict.Request.Origin.Repository!.CloneUrl);
        Assert.Equal(7, verdict.Request.Origin.Repository.NumericId);
        Assert.Single(verdict.Request.Outbox);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha1=0000000000000000000000000000000000000000")]
    [InlineData("sha256=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sha256=zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sha256=")]
    public void Read_SignatureMissingOrWrong_IsUnauthorized(string? signature)
    {
        var body = Encoding.UTF8.GetBytes(Payloads.Issue("opened", "@drafthorse go").ToJsonString());

        var verdict = Webhook().Read(new("issues", "id-1", signature), body);

        Assert.Equal(WebhookOutcome.Unauthorized, verdict.Outcome);
    }

    [Theory]
    [InlineData("issues", "id-1", null, WebhookOutcome.Unauthorized)]
    [InlineData("issues", "id-1", "sha256=zz00000000000000000000000000000000000000000000000000000000000000", WebhookOutcome.Unauthorized)]
    [InlineData("issues", "id-1", "sha512=0000000000000000000000000000000000000000000000000000000000000000", WebhookOutcome.Unauthorized)]
    [InlineData(null, "id-1", "sha256=0000000000000000000000000000000000000000000000000000000000000000", WebhookOutcome.Malformed)]
    [InlineData("issues", "", "sha256=0000000000000000000000000000000000000000000000000000000000000000", WebhookOutcome.Malformed)]
    [InlineData("issues", "id-1", "sha256=0000000000000000000000000000000000000000000000000000000000000000", null)]
    public void Refuse_WhatNoBodyCanMakeADelivery_IsRefusedWithoutIt(string? eventName, string? id, string? signature, WebhookOutcome? outcome) =>
        Assert.Equal(outcome, Webhook().Refuse(new(eventName, id, signature))?.Outcome);

    [Fact]
    public void Read_BodyInManyPieces_IsReadAsOne()
    {
        var body = Encoding.UTF8.GetBytes(Payloads.Issue("opened", body: "Please fix it, @drafthorse.").ToJsonString());
        var headers = new GitHubWebhookHeaders("issues", "id-1", GitHubWebhook.Sign(body, Secret));

        Assert.Equal(WebhookOutcome.Accepted, Webhook().Read(headers, Pieces.Of(body, 7)).Outcome);
        Assert.Equal(WebhookOutcome.Unauthorized, Webhook().Read(headers, Pieces.Of([.. body, (byte)' '], 7)).Outcome);
        body = [.. body, (byte)'x'];
        Assert.Equal(WebhookOutcome.Malformed, Webhook().Read(headers with { Signature = GitHubWebhook.Sign(body, Secret) }, Pieces.Of(body, 7)).Outcome);
    }

    [Fact]
    public void Read_BodyChangedAfterSigning_IsUnauthorized()
    {
        var body = Encoding.UTF8.GetBytes(Payloads.Issue("opened", "@drafthorse go").ToJsonString());
        var signature = GitHubWebhook.Sign(body, Secret);
        body[^2] ^= 1;

        Assert.Equal(WebhookOutcome.Unauthorized, Webhook().Read(new("issues", "id-1", signature), body).Outcome);
    }

    [Fact]
    public void Read_NoSecretIsSet_AcceptsNothing()
    {
        _options.WebhookSecrets = [];
        var body = Encoding.UTF8.GetBytes("{}");

        Assert.Equal(WebhookOutcome.Unauthorized, Webhook().Read(new("ping", "id-1", GitHubWebhook.Sign(body, "")), body).Outcome);
    }

    [Fact]
    public void Read_SecretIsBeingRotated_TakesBoth()
    {
        _options.WebhookSecrets = ["the new one", Secret];

        Assert.Equal(WebhookOutcome.Accepted, Read("issues", Payloads.Issue("opened", "@drafthorse go")).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{} {}")]
    [InlineData("payload=%7B%7D")]
    [InlineData("""{"action":1}""")]
    [InlineData("""{"action":"opened","issue":[]}""")]
    [InlineData("""{"action":"opened","issue":{"id":"1"},"repository":{},"sender":{}}""")]
    [InlineData("""{"action":"opened","issue":{"id":99999999999999999999},"repository":{},"sender":{}}""")]
    [InlineData("""{"action":"opened","issue":{"id":1,"number":1,"updated_at":"yesterday"},"repository":{},"sender":{}}""")]
    [InlineData("""{"action":"opened","issue":{"id":1,"number":1,"title":"\ud800"},"repository":{},"sender":{}}""")]
    [InlineData("""{"action":"opened","issue":{"id":1,"number":1,"body":"\udc00 @drafthorse"},"repository":{},"sender":{}}""")]
    [InlineData("""{"action":"opened","issue":{"id":1,"number":1},"repository":{"id":1,"name":"r"},"sender":{"id":1,"login":"x"}}""")]
    public void Read_BodyIsNotAnEvent_IsMalformed(string body)
    {
        foreach (var eventName in new[] { "issues", "issue_comment" })
            Assert.Equal(WebhookOutcome.Malformed, Read(eventName, Encoding.UTF8.GetBytes(body)).Outcome);
    }

    [Theory]
    [InlineData("issues")]
    [InlineData("issue_comment")]
    [InlineData("push")]
    public void Read_DepthBomb_IsMalformed(string eventName)
    {
        var bomb = "{\"a\":" + new string('[', 1_000_000) + new string(']', 1_000_000) + "}";

        Assert.Equal(WebhookOutcome.Malformed, Read(eventName, Encoding.UTF8.GetBytes(bomb)).Outcome);
    }

    [Fact]
    public void Read_InvalidUtf8InTheText_IsMalformed()
    {
        var body = Encoding.UTF8.GetBytes(Payloads.Issue("opened", "@drafthorse X").ToJsonString());
        body[Encoding.UTF8.GetString(body).IndexOf("drafthorse X", StringComparison.Ordinal) + 11] = 0xFF;

        Assert.Equal(WebhookOutcome.Malformed, Read("issues", body).Outcome);
    }

    [Theory]
    [InlineData(null, "id")]
    [InlineData("", "id")]
    [InlineData("issues", null)]
    [InlineData("issues", "")]
    public void Read_HeaderMissing_IsMalformed(string? eventName, string? delivery)
    {
        var body = Encoding.UTF8.GetBytes(Payloads.Issue("opened", "@drafthorse go").ToJsonString());

        var verdict = Webhook().Read(new(eventName, delivery, GitHubWebhook.Sign(body, Secret)), body);

        Assert.Equal(WebhookOutcome.Malformed, verdict.Outcome);
    }

    [Theory]
    [InlineData("opened", "nobody is called")]
    [InlineData("opened", "mail me at me@drafthorse.example")]
    [InlineData("opened", "> @drafthorse said so")]
    [InlineData("closed", "@drafthorse go")]
    [InlineData("unlabeled", "@drafthorse go")]
    [InlineData("reopened", "@drafthorse go")]
    public void Read_IssueThatCallsNobody_IsIgnored(string action, string body) =>
        Assert.Equal(WebhookOutcome.Ignored, Read("issues", Payloads.Issue(action, body)).Outcome);

    [Fact]
    public void Read_Labelled_IsAcceptedForOurLabelOnly()
    {
        var ours = Payloads.Issue("labeled", "text", label: "Drafthorse");
        var other = Payloads.Issue("labeled", "text", label: "bug");

        Assert.Equal(WebhookOutcome.Accepted, Read("issues", ours).Outcome);
        Assert.Equal(WebhookOutcome.Ignored, Read("issues", other).Outcome);
    }

    [Fact]
    public void Read_SenderIsABot_IsIgnored()
    {
        var payload = Payloads.Comment("created", "@drafthorse go");
        payload["sender"]!["type"] = "Bot";

        Assert.Equal(WebhookOutcome.Ignored, Read("issue_comment", payload).Outcome);
    }

    [Fact]
    public void Read_OwnComment_IsIgnored() =>
        Assert.Equal(WebhookOutcome.Ignored, Read("issue_comment", Payloads.Comment("created", "<!-- drafthorse:status thread=x -->\n@drafthorse")).Outcome);

    [Fact]
    public void Read_CommentEditedBySomebodyElse_IsIgnored()
    {
        var payload = Payloads.Comment("edited", "@drafthorse delete everything");
        payload["comment"]!["user"]!["id"] = 99;

        Assert.Equal(WebhookOutcome.Ignored, Read("issue_comment", payload).Outcome);
    }

    [Fact]
    public void Read_MentionRemovedByAnEdit_IsAcceptedToWithdraw()
    {
        var payload = Payloads.Comment("edited", "never mind");
        payload["changes"] = new JsonObject { ["body"] = new JsonObject { ["from"] = "@drafthorse go" } };

        Assert.Equal(WebhookOutcome.Accepted, Read("issue_comment", payload).Outcome);
    }

    [Theory]
    [InlineData("octo/hello-world", true)]
    [InlineData("OCTO/*", true)]
    [InlineData("*/hello-*", true)]
    [InlineData("octo/hello", false)]
    [InlineData("other/*", false)]
    [InlineData("*hello*octo*", false)]
    public void Read_AllowedRepositories_AreMatchedAsPatterns(string pattern, bool allowed)
    {
        _options.AllowedRepositories = [pattern];

        var outcome = Read("issues", Payloads.Issue("opened", "@drafthorse go")).Outcome;

        Assert.Equal(allowed ? WebhookOutcome.Accepted : WebhookOutcome.Ignored, outcome);
    }

    [Theory]
    [InlineData("ping")]
    [InlineData("push")]
    [InlineData("an event of next year <script>")]
    public void Read_OtherEvents_AreIgnoredWithAReason(string eventName)
    {
        var verdict = Read(eventName, "{\"x\":\"\\ud800\"}"u8.ToArray());

        Assert.Equal(WebhookOutcome.Ignored, verdict.Outcome);
        Assert.DoesNotContain('<', verdict.Reason);
    }

    private GitHubWebhook Webhook() => new(_options, new FakeTimeProvider());

    private WebhookVerdict Read(string eventName, JsonObject payload) => Read(eventName, Encoding.UTF8.GetBytes(payload.ToJsonString()));

    private WebhookVerdict Read(string eventName, byte[] body) => Webhook().Read(new(eventName, "id-1", GitHubWebhook.Sign(body, Secret)), body);
}
