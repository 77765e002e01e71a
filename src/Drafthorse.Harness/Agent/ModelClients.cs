using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>What the builder does with the chat clients that it is given.</summary>
internal static class ModelClients
{
    /// <summary>One client of several: the first that answers.</summary>
    public static IChatClient Compose(IReadOnlyList<(IChatClient Client, string Name)> listed, RetryOptions? retries, TimeProvider timeProvider)
    {
        var resilient = listed.Select(model => new FallbackModel(model.Name, MakeResilient(model.Client, model.Name, retries, timeProvider))).ToList();
        return resilient is [var only] ? only.Client : new FallbackChatClient(resilient);
    }

    /// <summary>Who summarizes, when that is another model than the one that works.</summary>
    public static (IChatClient Client, string Name)? SummarizerOf(CompactionOptions options, RetryOptions? retries, TimeProvider timeProvider)
    {
        if (options.SummaryModel is not { } client)
        {
            return null;
        }

        var name = options.SummaryModelName ?? NameOf(client);
        return (Compose([(client, name)], retries, timeProvider), name);
    }

    /// <summary>The specification of a client's model, as far as the client says it.</summary>
    public static string NameOf(IChatClient client) =>
        client.GetService<ChatClientMetadata>() is { } metadata ? $"{metadata.ProviderName}:{metadata.DefaultModelId}" : "custom:model";

    /// <summary>Clients from elsewhere get the retries that our own have.</summary>
    private static IChatClient MakeResilient(IChatClient client, string name, RetryOptions? retries, TimeProvider timeProvider) =>
        client.GetService<RetryingChatClient>() is not null
            ? client
            : new RetryingChatClient(new ForeignChatClient(client, name, (retries ?? new RetryOptions()).Silence, timeProvider), retries, timeProvider);
}
