using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Models.Http.Errors;
using Drafthorse.Harness.Models.Http.Streams;

namespace Drafthorse.Harness.Models.Http;

/// <summary>An answer that has begun: events, or a whole answer of a server that does not stream, as its one event.</summary>
internal sealed class StreamedAnswer : IDisposable
{
    private readonly AnswerBody _body;

    private StreamedAnswer(AnswerBody body, EventReader events) => (_body, Events) = (body, events);

    public EventReader Events { get; }

    /// <summary>Waits for the beginning. Throws <see cref="ModelException"/> when something else than an answer comes.</summary>
    public static async Task<StreamedAnswer> BeginAsync(AnswerBody body, ModelEndpoint endpoint, ModelSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            var events = new EventReader(body.Stream, spec);
            if (await events.BeginsWithEventsAsync(body.MediaType, cancellationToken).ConfigureAwait(false))
            {
                return new StreamedAnswer(body, events);
            }

            var text = await events.ReadBodyAsync(cancellationToken).ConfigureAwait(false)
                ?? throw ProviderErrors.Cut(spec, $"it is longer than {EventReader.MostEventBytes / (1024 * 1024)} MiB and is not a stream");
            return new StreamedAnswer(body, AnswerIn(text, body, endpoint, spec));
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose() => _body.Dispose();

    private static EventReader AnswerIn(string text, AnswerBody body, ModelEndpoint endpoint, ModelSpec spec)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (ReasonReader.IsError(root))
            {
                throw endpoint.ErrorOf(spec, body, text);
            }

            if (root.Items("choices").Any() || root.String("type") == "message" || root.String("object") == "response")
            {
                return new EventReader(new MemoryStream(Encoding.UTF8.GetBytes($"data: {text.ReplaceLineEndings(" ")}\n\ndata: [DONE]\n\n")), spec);
            }
        }
        catch (JsonException)
        {
            // A page or words.
        }

        throw ProviderErrors.NotAStream(spec, body.MediaType ?? "something", text, endpoint.Url);
    }
}
