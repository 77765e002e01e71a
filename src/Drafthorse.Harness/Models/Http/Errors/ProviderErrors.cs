using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Drafthorse.Harness.Models.Http.Errors;

/// <summary>Turns what providers say into kinds of errors. Status codes alone do not tell an overflow from a typing error.</summary>
internal static class ProviderErrors
{
    /// <summary>A response that is an error, by its status or by its body.</summary>
    public static ModelException FromResponse(ModelSpec spec, string keyVariable, HttpResponseMessage response, string body, DateTimeOffset now)
    {
        var reason = ReasonReader.Read(body);
        var delay = RetryDelays.OfHeaders(response, now) ?? reason.RetryAfter;
        var sent = (int)response.StatusCode;
        var status = sent == (int)HttpStatusCode.OK ? reason.Status ?? 0 : sent;
        var kind = KindOf(status, reason, delay);
        return new ModelException(kind, Explain(spec, kind, $"HTTP {sent.ToString(CultureInfo.InvariantCulture)}", reason, keyVariable))
        {
            Model = spec.ToString(),
            Status = sent,
            RetryAfter = delay,
            Reason = reason,
        };
    }

    /// <summary>An error that arrived inside of a stream that had begun well.</summary>
    public static ModelException FromEvent(ModelSpec spec, string keyVariable, JsonElement error) => FromStream(spec, keyVariable, ReasonReader.Read(error));

    /// <summary>As <see cref="FromEvent"/>, when words came where events belong.</summary>
    public static ModelException FromStream(ModelSpec spec, string keyVariable, ProviderReason reason)
    {
        var kind = KindOf(reason.Status ?? 0, reason, reason.RetryAfter);
        return new ModelException(kind, Explain(spec, kind, "an error within its answer", reason, keyVariable))
        {
            Model = spec.ToString(),
            RetryAfter = reason.RetryAfter,
            Reason = reason,
        };
    }

    public static ModelException NotAStream(ModelSpec spec, string mediaType, string body, Uri url)
    {
        var reason = ReasonReader.Read(body);
        var said = reason.Message.Length > 0 ? $" It says: {reason.Message.TrimEnd('.')}." : "";
        return new ModelException(ModelErrorKind.InvalidRequest, $"{spec} answered with {ErrorText.Shorten(mediaType, 100)} instead of a stream of events.{said} Check the address {url.GetLeftPart(UriPartial.Path)}.")
        {
            Model = spec.ToString(),
            Reason = reason,
        };
    }

    public static ModelException Unreachable(ModelSpec spec, Uri url, Exception exception) =>
        new(ModelErrorKind.Unavailable, $"{spec} could not be reached at {url.GetLeftPart(UriPartial.Authority)}: {ErrorText.Shorten(exception.Message)} Check the network and the endpoint's address.", exception)
        {
            Model = spec.ToString(),
        };

    public static ModelException Cut(ModelSpec spec, string how, Exception? exception = null) =>
        new(ModelErrorKind.Unavailable, $"{spec} cut its answer: {how}.", exception) { Model = spec.ToString() };

    public static ModelException Silent(ModelSpec spec, TimeSpan silence, Exception? exception) =>
        new(ModelErrorKind.Timeout, $"{spec} sent nothing for {silence.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s.", exception) { Model = spec.ToString() };

    public static ModelErrorKind KindOf(int status, ProviderReason reason, TimeSpan? delay)
    {
        var says = reason.All;
        if (ErrorWords.AreOverflow(says, status) || status == (int)HttpStatusCode.RequestEntityTooLarge)
        {
            return ModelErrorKind.ContextOverflow;
        }

        if (ErrorWords.AreQuota(says, delay is not null) || status == (int)HttpStatusCode.PaymentRequired)
        {
            return ModelErrorKind.QuotaExhausted;
        }

        return status switch
        {
            429 => ModelErrorKind.RateLimited,
            529 => ModelErrorKind.Overloaded,
            _ when status < 500 && ErrorWords.AreFiltered(says) => ModelErrorKind.ContentFiltered,
            401 or 403 => ModelErrorKind.Authentication,
            408 => ModelErrorKind.Timeout,
            _ when ErrorWords.AreLimited(says) => ModelErrorKind.RateLimited,
            _ when ErrorWords.AreBusy(says) => ModelErrorKind.Overloaded,
            503 => ModelErrorKind.Overloaded,
            >= 500 => ModelErrorKind.Unavailable,
            404 or 405 or 422 => ModelErrorKind.InvalidRequest,
            _ when ErrorWords.AreAboutKey(says) => ModelErrorKind.Authentication,
            0 when ErrorWords.AreWrongRequest(says) => ModelErrorKind.InvalidRequest,
            0 when ErrorWords.AreLate(says) => ModelErrorKind.Timeout,
            < 400 or 409 or 425 or 499 => ModelErrorKind.Unavailable,
            _ => ModelErrorKind.InvalidRequest,
        };
    }

    private static string Explain(ModelSpec spec, ModelErrorKind kind, string how, ProviderReason reason, string keyVariable)
    {
        var said = reason.Message.Length > 0 ? reason.Message : reason.Codes.Length > 0 ? reason.Codes : "no reason given";
        var cure = kind switch
        {
            ModelErrorKind.Authentication when keyVariable.Length > 0 => $"Check {keyVariable} and whether it may use this model.",
            ModelErrorKind.Authentication => "Check the key and whether it may use this model.",
            ModelErrorKind.RateLimited => "Wait, ask the provider for a higher limit, or set DRAFTHORSE_FALLBACK_MODELS.",
            ModelErrorKind.QuotaExhausted => "Top up the provider's account or set DRAFTHORSE_FALLBACK_MODELS.",
            ModelErrorKind.Overloaded or ModelErrorKind.Unavailable or ModelErrorKind.Timeout => "Try again later or set DRAFTHORSE_FALLBACK_MODELS.",
            ModelErrorKind.ContextOverflow => "The conversation must be compacted, or a model with a larger window used.",
            ModelErrorKind.ContentFiltered => "The provider's content filter refused it: word the task differently or use another model.",
            _ => $"Check the model name '{spec.Model}' and the endpoint's address.",
        };
        return $"{spec} answered with {how}: {said.TrimEnd('.')}. {cure}";
    }
}
