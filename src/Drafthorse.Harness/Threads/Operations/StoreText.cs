using System.Text;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>
/// What stores look up, as each of them can keep it: halves of surrogate pairs are no text in UTF-8 and become U+FFFD here, before anything is compared.
/// In JSON the serializer does the same.
/// </summary>
internal static class StoreText
{
    public static string Clean(string text) =>
        text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    public static EnqueueRequest Clean(EnqueueRequest request) => request with
    {
        ThreadKey = Clean(request.ThreadKey),
        DeliveryId = Clean(request.DeliveryId),
        Origin = request.Origin with
        {
            User = Clean(request.Origin.User),
            Repository = request.Origin.Repository is { } repository ? repository with { Owner = Clean(repository.Owner), Name = Clean(repository.Name) } : null,
        },
        Message = request.Message is { } message ? message with { Id = Clean(message.Id) } : null,
        Outbox = Clean(request.Outbox),
    };

    public static IReadOnlyList<OutboxRequest> Clean(IReadOnlyList<OutboxRequest> outbox) =>
        outbox.Count == 0 ? outbox : [.. outbox.Select(draft => draft with { Kind = Clean(draft.Kind), Key = Clean(draft.Key), Payload = Clean(draft.Payload) })];

    public static BudgetReservation Clean(BudgetReservation reservation) => reservation with
    {
        Id = Clean(reservation.Id),
        Limits = [.. reservation.Limits.Select(limit => limit with { Scope = Clean(limit.Scope) })],
    };

    public static ThreadQuery Clean(ThreadQuery query) => query with
    {
        User = query.User is { } user ? Clean(user) : null,
        Repository = query.Repository is { } repository ? Clean(repository) : null,
    };
}
