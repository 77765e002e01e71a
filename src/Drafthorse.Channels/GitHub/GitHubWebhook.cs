using System.Buffers;
using System.Text.Json;
using Drafthorse.Channels.GitHub.Inbound;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub;

/// <summary>The headers of a delivery that are needed.</summary>
/// <param name="Event"><c>X-GitHub-Event</c>.</param>
/// <param name="DeliveryId"><c>X-GitHub-Delivery</c>.</param>
/// <param name="Signature"><c>X-Hub-Signature-256</c>.</param>
public sealed record GitHubWebhookHeaders(string? Event, string? DeliveryId, string? Signature);

/// <summary>
/// Verifies and reads one delivery, without any input or output of its own. What may be a trigger is accepted into the intake of its
/// conversation; the sender's permission is asked there (docs/decisions/0003-github-intake.md).
/// </summary>
/// <remarks>The body is hostile until its signature was checked, and only GitHub's word after that: what people wrote in it stays
/// hostile. It never throws for any body.</remarks>
public sealed class GitHubWebhook(GitHubOptions options, TimeProvider time)
{
    /// <summary>The largest body, in bytes: GitHub's own cap.</summary>
    public const int MaxBodyBytes = 25 * 1024 * 1024;

    private const string NotSigned = "X-Hub-Signature-256 is missing or does not fit the body and GITHUB_WEBHOOK_SECRET";

    private readonly TriggerRule _rule = new(options);

    /// <summary>The value of <c>X-Hub-Signature-256</c> for a body: what GitHub sends, for senders of our own.</summary>
    public static string Sign(ReadOnlySpan<byte> body, string secret) => WebhookSignature.Of(body, secret);

    /// <summary>What to answer to a delivery that cannot be one whatever its body is; null when the body has to be read.</summary>
    public WebhookVerdict? Refuse(GitHubWebhookHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (options.WebhookSecrets.Count == 0)
            return new(WebhookOutcome.Unauthorized, "GITHUB_WEBHOOK_SECRET is not set, so no delivery can be trusted");
        if (!WebhookSignature.IsWellFormed(headers.Signature))
            return new(WebhookOutcome.Unauthorized, NotSigned);
        return headers.Event is not { Length: > 0 and <= 100 } ? Malformed("X-GitHub-Event is missing")
            : headers.DeliveryId is not { Length: > 0 and <= 100 } id || !id.All(char.IsAscii) ? Malformed("X-GitHub-Delivery is missing")
            : null;
    }

    /// <summary>What to answer, and what to write first.</summary>
    public WebhookVerdict Read(GitHubWebhookHeaders headers, ReadOnlySpan<byte> body) => Read(headers, new ReadOnlySequence<byte>(body.ToArray()));

    /// <summary>What to answer, and what to write first.</summary>
    public WebhookVerdict Read(GitHubWebhookHeaders headers, in ReadOnlySequence<byte> body)
    {
        if (Refuse(headers) is { } refused)
            return refused;
        if (!WebhookSignature.IsValid(body, headers.Signature, options.WebhookSecrets))
            return new(WebhookOutcome.Unauthorized, NotSigned);

        try
        {
            var (eventName, deliveryId) = (headers.Event!, headers.DeliveryId!);
            if (eventName is not ("issues" or "issue_comment"))
            {
                CheckIsObject(body);
                return new(WebhookOutcome.Ignored, _rule.WhyIgnored(eventName, new GitHubDelivery())!);
            }

            var reader = new Utf8JsonReader(body);
            var delivery = JsonSerializer.Deserialize(ref reader, GitHubDeliveryJson.Default.GitHubDelivery);
            if (reader.Read())
                throw new JsonException();
            return delivery is null ? Malformed("the body is null") : Judge(eventName, deliveryId, delivery);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with a lone surrogate or invalid UTF-8.
            return Malformed("the body is not the JSON of a GitHub event (set the webhook's content type to application/json)");
        }
    }

    private WebhookVerdict Judge(string eventName, string deliveryId, GitHubDelivery delivery)
    {
        if (delivery is not { Repository: { Id: > 0, Name: { Length: > 0 } name, Owner.Login: { Length: > 0 } owner } repository }
            || delivery is not { Issue: { Id: > 0, Number: > 0 } issue, Sender: { Id: > 0, Login.Length: > 0 } sender }
            || (eventName == "issue_comment" && delivery.Comment is not { Id: > 0 }))
        {
            return Malformed("the event lacks its repository, issue, comment or sender");
        }

        if (!options.Allows($"{owner}/{name}"))
            return Ignored("the repository is not in DRAFTHORSE_ALLOWED_REPOS");
        if (sender.Type is not "User")
            return Ignored("the sender is a bot");
        if (_rule.WhyIgnored(eventName, delivery) is { } reason)
            return Ignored(reason);

        var intake = new GitHubIntake { DeliveryId = deliveryId, ReceivedAt = time.GetUtcNow(), Delivery = delivery };
        return new(WebhookOutcome.Accepted, "accepted", new EnqueueRequest
        {
            ThreadKey = GitHubThreadKey.Intake(options.Host, owner, name, issue.Number),
            Origin = new ThreadOrigin
            {
                Channel = GitHubChannel.ChannelName,
                User = $"github:{sender.Login}",
                Repository = GitHubRepositories.Of(options, repository),
                Number = issue.Number,
            },
            DeliveryId = $"github:{deliveryId}",
            Message = null,
            Outbox =
            [
                new OutboxRequest
                {
                    Kind = GitHubIntake.Kind,
                    Key = $"intake:{deliveryId}",
                    Payload = JsonSerializer.Serialize(intake, GitHubDeliveryJson.Default.GitHubIntake),
                },
            ],
        });
    }

    private static void CheckIsObject(in ReadOnlySequence<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        while (reader.Read())
        {
        }
    }

    private static WebhookVerdict Malformed(string reason) => new(WebhookOutcome.Malformed, reason);

    private static WebhookVerdict Ignored(string reason) => new(WebhookOutcome.Ignored, reason);
}
