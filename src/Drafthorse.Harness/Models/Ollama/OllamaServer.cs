using System.Text.Json;
using Drafthorse.Harness.Models.Http;

namespace Drafthorse.Harness.Models.Ollama;

/// <summary>Finds a local Ollama server and a model it has.</summary>
internal static class OllamaServer
{
    private static readonly TimeSpan Connect = TimeSpan.FromMilliseconds(500);

    /// <summary>One that is there may be busy.</summary>
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(3);

    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>The address of its OpenAI-compatible endpoint.</summary>
    public static Uri CompatibleUrl(Uri url) => BaseAddress.Append(Root(url), "/v1");

    /// <summary>The default model when the server has it, else its first one; null when no server answers in time or it has none.</summary>
    public static async Task<ModelSpec?> FindModelAsync(Uri url, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = Connect, UseProxy = false }) { Timeout = Answer, MaxResponseContentBufferSize = MostBytes };
        try
        {
            var body = await http.GetByteArrayAsync(BaseAddress.Append(Root(url), "/api/tags"), cancellationToken).ConfigureAwait(false);
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

    private static Uri Root(Uri url) => BaseAddress.WithoutEnd(url, "/v1");
}
