using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Server.Approvals;
using Drafthorse.Settings;

namespace Drafthorse.Cli.Threads;

/// <summary>The threads of a server, by its API.</summary>
internal sealed class ServerThreads : ThreadSource
{
    /// <summary>How long the head of an answer is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    /// <summary>Throws <see cref="SettingsException"/> when this is no address.</summary>
    public ServerThreads(string url, string? token)
    {
        if (!Uri.TryCreate($"{url.TrimEnd('/')}/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new SettingsException($"--server must be an address such as https://drafthorse.example; it is '{url}'.");
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address, Timeout = Patience };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public override async Task<IReadOnlyList<ThreadView>> ListAsync(string? state, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, state is null ? "api/threads" : $"api/threads?state={Uri.EscapeDataString(state)}", null, cancellationToken);
        return (await ReadAsync(response, ApiJson.Default.ThreadList, cancellationToken)).Threads ?? [];
    }

    public override async Task<ThreadView> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (ThreadId.TryParse(name, null, out var id))
        {
            using var response = await SendAsync(HttpMethod.Get, $"api/threads/{id}", null, cancellationToken);
            return await ReadAsync(response, ApiJson.Default.ThreadView, cancellationToken);
        }

        var matches = (await ListAsync(null, cancellationToken)).Where(thread => thread.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches switch
        {
            [var only] => only,
            [] => throw new SettingsException($"The newest threads of the server have none whose id begins with '{name}'. See: drafthorse threads list --server"),
            _ => throw new SettingsException($"'{name}' fits {matches.Count} threads. Write more digits."),
        };
    }

    public override async IAsyncEnumerable<JournalRecord> ReadAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"api/threads/{id}/export", null, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return ReadRecord(line);
        }
    }

    private JournalRecord ReadRecord(string line)
    {
        try
        {
            using var record = JsonDocument.Parse(JsonText.WellFormed(line));
            var root = record.RootElement;
            return new JournalRecord(
                root.GetProperty("position").GetInt64(), root.GetProperty("at").GetDateTimeOffset(), root.GetProperty("kind").GetString()!,
                root.GetProperty("version").GetInt32(), root.GetProperty("data").GetRawText());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw NoAnswerOfOurs(exception);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize(JsonText.WellFormed(await response.Content.ReadAsStringAsync(cancellationToken)), type) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw NoAnswerOfOurs(exception);
        }
    }

    private SettingsException NoAnswerOfOurs(Exception exception) => new($"{_http.BaseAddress} answers, but not as a Drafthorse server does. Check the address.", exception);

    public override async IAsyncEnumerable<string> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"api/threads/{id}/events", null, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                yield return line["data: ".Length..];
        }
    }

    public override async Task<string> SendAsync(string id, string text, DeliveryMode mode, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(new NewMessage { Text = text, Mode = mode.ToString().ToLowerInvariant() }, ApiJson.Default.NewMessage);
        using var response = await SendAsync(HttpMethod.Post, $"api/threads/{id}/messages", body, cancellationToken);
        return "It is in the thread's inbox.";
    }

    public override async Task CancelAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, $"api/threads/{id}/cancel", null, cancellationToken);
    }

    public override async Task<IReadOnlyList<ApprovalView>> ListApprovalsAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, "api/approvals?state=open", null, cancellationToken);
        return (await ReadAsync(response, ApiJson.Default.ApprovalViews, cancellationToken)).Approvals ?? [];
    }

    public override async Task<ApprovalView> GetApprovalAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"api/approvals/{Uri.EscapeDataString(id)}", null, cancellationToken);
        return await ReadAsync(response, ApiJson.Default.ApprovalView, cancellationToken);
    }

    public override async Task<string> AnswerAsync(ApprovalView approval, bool approves, string? reason, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(new NewAnswer { Answer = approves ? "approve" : "reject", Hash = approval.Hash, Reason = reason }, ApiJson.Default.NewAnswer);
        using var response = await SendAsync(HttpMethod.Post, $"api/approvals/{Uri.EscapeDataString(approval.Id)}", body, cancellationToken);
        return approves ? "Approved." : "Rejected.";
    }

    public override ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body };
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw new SettingsException(await ExplainAsync(response, cancellationToken));
        }
        catch (HttpRequestException exception)
        {
            throw new SettingsException($"{_http.BaseAddress} cannot be reached: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SettingsException($"{_http.BaseAddress} does not answer within {Patience.TotalSeconds:0} s.", exception);
        }
    }

    private async Task<string> ExplainAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            return $"{_http.BaseAddress} {(_http.DefaultRequestHeaders.Authorization is null ? "wants its API token: set" : "refuses the token of")} DRAFTHORSE_API_TOKEN.";
        try
        {
            using var problem = JsonDocument.Parse(JsonText.WellFormed(await response.Content.ReadAsStringAsync(cancellationToken)));
            if (problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String && detail.GetString() is { } said)
                return said;
        }
        catch (JsonException)
        {
            // It is no problem description: the status has to do.
        }

        return $"{_http.BaseAddress} answered {(int)response.StatusCode}.";
    }
}
