using System.Text.Json;
using Drafthorse.Harness.Models.Http;

namespace Drafthorse.Harness.Models.Ollama;

/// <summary>Finds a local Ollama server and a model it has.</summary>
internal static class OllamaServer
{
    private static readonly TimeSpan Connect = TimeSpan.FromMilliseconds(500);

    /// <summary>One that is there may be busy.</summary>
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(3);

    /// <summary>The address of its OpenAI-compatible endpoint.</summary>
    public static Uri CompatibleUrl(Uri url) => new(Root(url) + "/v1");

    /// <summary>The default model when the server has it, else its first one; null when no server answers in time or it has none.</summary>
    public static async Task<ModelSpec?> FindModelAsync(Uri url, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = Connect, UseProxy = false }) { Timeout = Answer };
        try
        {
            var body = await http.GetByteArrayAsync(new Uri(Root(url) + "/api/tags"), cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(body);
            var names = document.RootElement.Items("models").Select(model => model.String("name")).OfType<string>().ToList();
            var name = names.Find(known => known.StartsWith(ModelDefaults.ModelOf(ModelSpec.Ollama)!, StringComparison.OrdinalIgnoreCase)) ?? names.FirstOrDefault();
            return name is null ? null : new ModelSpec(ModelSpec.Ollama, name);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string Root(Uri url)
    {
        var text = url.AbsoluteUri.TrimEnd('/');
        return text.EndsWith("/v1", StringComparison.Ordinal) ? text[..^3] : text;
    }
}
