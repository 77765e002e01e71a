using System.Collections.Concurrent;
using System.Text.Json;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

/// <summary>
/// Stands between our client and the stand-in and holds both to GitHub's own description: the client's paths, parameters and bodies,
/// and the stand-in's statuses and answers.
/// </summary>
internal sealed class ContractHandler(JsonDocument description, string root) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    private readonly OpenApiSchema _schema = new(description.RootElement);
    private readonly List<(string[] Parts, JsonElement Item)> _paths =
        [.. description.RootElement.GetProperty("paths").EnumerateObject().Select(path => (path.Name.Trim('/').Split('/'), path.Value))];

    /// <summary>What broke the contract.</summary>
    public ConcurrentQueue<string> Breaches { get; } = [];

    /// <summary>Which operations were called.</summary>
    public ConcurrentDictionary<string, int> Operations { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath[root.TrimEnd('/').Length..];
        var name = $"{request.Method} {path}";
        if (Find(request.Method.Method, path) is not { } operation)
        {
            Breaches.Enqueue($"{name}: GitHub has no such endpoint");
            return await base.SendAsync(request, cancellationToken);
        }

        Operations.AddOrUpdate(operation.GetProperty("operationId").GetString()!, 1, (_, count) => count + 1);
        if (request.Headers.UserAgent.Count == 0)
            Breaches.Enqueue($"{name}: GitHub refuses calls without a user agent");
        CheckQuery(name, request.RequestUri.Query, operation);
        if (request.Content is { } content)
            CheckRequest(name, await content.ReadAsByteArrayAsync(cancellationToken), operation);
        var response = await base.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        CheckResponse(name, (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), operation);
        return response;
    }

    private JsonElement? Find(string method, string path)
    {
        var parts = path.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        foreach (var (template, item) in _paths.OrderBy(candidate => candidate.Parts.Count(part => part.StartsWith('{'))))
        {
            var isOpen = template[^1] == "{path}";
            var length = isOpen ? Math.Max(parts.Length, template.Length - 1) : template.Length;
            if ((isOpen ? parts.Length >= template.Length - 1 : parts.Length == length)
                && template.Zip(parts).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second)
                && item.TryGetProperty(method.ToLowerInvariant(), out var operation))
            {
                return operation;
            }
        }

        return null;
    }

    private void CheckQuery(string name, string query, JsonElement operation)
    {
        var known = operation.GetProperty("parameters").EnumerateArray().Select(_schema.Resolve)
            .Where(parameter => parameter.GetProperty("in").GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()).ToHashSet();
        foreach (var given in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')[0]).Where(given => !known.Contains(given)))
            Breaches.Enqueue($"{name}: no query parameter '{given}'");
    }

    private void CheckRequest(string name, byte[] body, JsonElement operation)
    {
        if (!operation.TryGetProperty("requestBody", out var expected))
        {
            Breaches.Enqueue($"{name}: takes no body");
            return;
        }

        using var json = JsonDocument.Parse(body);
        var schema = expected.GetProperty("content").GetProperty("application/json").GetProperty("schema");
        if (_schema.Check(json.RootElement, schema, "request", strict: true) is { } error)
            Breaches.Enqueue($"{name}: {error}");
    }

    private void CheckResponse(string name, int status, byte[] body, JsonElement operation)
    {
        // Refusals that any endpoint may give are not listed with each.
        if (status is 401 or 403 or 429 or >= 500)
            return;
        if (!operation.GetProperty("responses").TryGetProperty($"{status}", out var response))
        {
            Breaches.Enqueue($"{name}: {status} is no documented status");
            return;
        }

        if (!_schema.Resolve(response).TryGetProperty("content", out var content) || !content.TryGetProperty("application/json", out var media))
            return;
        using var json = JsonDocument.Parse(body);
        if (_schema.Check(json.RootElement, media.GetProperty("schema"), "response") is { } error)
            Breaches.Enqueue($"{name} {status}: {error}");
    }
}
