using System.Collections.Concurrent;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.WebSample;

/// <summary>A channel of one's own: messages come from tickets, and answers go to them.</summary>
public sealed class TicketChannel : IChannel
{
    private readonly ConcurrentDictionary<string, string> _answers = new();

    /// <inheritdoc />
    public string Name => "tickets";

    /// <inheritdoc />
    public string? CodeHost => null;

    /// <summary>The last answer that a ticket got, or null.</summary>
    public string? Find(string ticket) => _answers.GetValueOrDefault(KeyOf(ticket));

    /// <summary>What a ticket says, as a message to its thread. The same delivery twice is one message.</summary>
    public EnqueueRequest Read(string ticket, string person, string text, string delivery) => new()
    {
        ThreadKey = KeyOf(ticket),
        DeliveryId = delivery,
        Origin = new ThreadOrigin { Channel = Name, User = person, Title = $"Ticket {ticket}" },
        Message = new InboxMessage { Id = delivery, Sender = person, Text = text },
    };

    /// <inheritdoc />
    public Task<EffectResult> PerformAsync(OutboxEntry entry, Func<CancellationToken, Task<bool>> stillHeld, CancellationToken cancellationToken)
    {
        if (entry.Kind == Effects.Reply)
            _answers[entry.Thread.Key] = Effects.ReadReply(entry.Payload).Text;
        return Task.FromResult(new EffectResult(entry.Thread.Key));
    }

    private static string KeyOf(string ticket) => $"tickets:{ticket}";
}
