using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Drafthorse.Channels.GitHub.Api.Tokens;

namespace Drafthorse.Channels.GitHub;

/// <summary>Asks GitHub whether the credentials of the settings work, and what they allow.</summary>
internal static class GitHubCheck
{
    /// <summary>Asks GitHub. The answer is one line: who this is, or what to do.</summary>
    public static async Task<(bool Works, string Detail)> RunAsync(GitHubOptions options, HttpClient http, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{options.ApiUrl.AbsoluteUri.TrimEnd('/')}/{(options.Token is null ? "app" : "user")}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token ?? CreateJwt(options, time));
            request.Headers.UserAgent.ParseAdd("drafthorse");
            request.Headers.Accept.ParseAdd("application/vnd.github+json");
            using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                var setting = options.Token is null ? "GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY" : "GITHUB_TOKEN";
                return (false, $"{options.ApiUrl} answered {(int)response.StatusCode}: check {setting}");
            }

            using var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), cancellationToken: cancellationToken).ConfigureAwait(false);
            return options.Token is null ? OfApp(answer.RootElement) : (true, $"token of {Text(answer.RootElement, "login")} at {options.ApiUrl}");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or InvalidOperationException or CryptographicException or ArgumentException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (false, exception is CryptographicException or ArgumentException
                ? "GITHUB_APP_PRIVATE_KEY is no RSA key in PEM"
                : $"{options.ApiUrl} cannot be asked: {exception.Message}");
        }
    }

    private static string CreateJwt(GitHubOptions options, TimeProvider time)
    {
        using var key = RSA.Create();
        key.ImportFromPem(options.AppPrivateKey);
        return AppJwt.Create(options.AppId!.Value, key, time.GetUtcNow());
    }

    private static (bool Works, string Detail) OfApp(JsonElement app)
    {
        var granted = app.TryGetProperty("permissions", out var permissions) && permissions.ValueKind == JsonValueKind.Object ? permissions : default;
        var missing = GitHubAppForm.Permissions.Where(needed => needed.Value == "write" && (granted.ValueKind != JsonValueKind.Object || Text(granted, needed.Key) != needed.Value)).Select(needed => $"{needed.Key}: {needed.Value}").ToList();
        return missing.Count == 0
            ? (true, $"App {Text(app, "name")}, with the permissions it needs")
            : (false, $"App {Text(app, "name")} lacks permissions; give it {string.Join(", ", missing)} on its settings page");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
