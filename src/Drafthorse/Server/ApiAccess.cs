using System.Net;
using System.Security.Cryptography;
using System.Text;
using Drafthorse.Admission;
using Drafthorse.Settings;
using Microsoft.AspNetCore.Authorization;

namespace Drafthorse.Server;

/// <summary>
/// Who may use the API: whoever has its bearer token. On loopback without one in the settings, one is made. Who may see metrics and the
/// parts of readiness: whoever has that token or the one of the metrics, and without one of the metrics whoever is on this machine.
/// </summary>
internal sealed class ApiAccess
{
    private static readonly string[] Forwarding = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"];

    private readonly byte[] _token;
    private readonly byte[]? _metricsToken;
    private readonly IReadOnlyList<(string Person, byte[] Token)> _people;
    private readonly bool _isLoopback;

    private ApiAccess(string token, string? metricsToken, IReadOnlyDictionary<string, string> people, bool isLoopback)
    {
        _people = [.. people.Select(person => ($"github:{person.Key}", Hash(person.Value)))];
        Token = token;
        _token = Hash(token);
        _metricsToken = metricsToken is null ? null : Hash(metricsToken);
        _isLoopback = isLoopback;
    }

    public string Token { get; }

    /// <summary>Whether anybody on this machine may see metrics and the parts of readiness.</summary>
    public bool IsMonitoringOpen => _metricsToken is null && _isLoopback;

    public static ApiAccess Of(DrafthorseSettings settings, string? urls)
    {
        string? open = null;
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri))
                throw new SettingsException($"--urls: '{url}' is not an address such as http://127.0.0.1:8080.");
            if (uri.Scheme == Uri.UriSchemeHttps)
                throw new SettingsException($"serve has no certificate and speaks HTTP: listen on http://127.0.0.1:{(uri.Port is 443 or 8443 ? 8080 : uri.Port)} and let a reverse proxy end TLS in front of it (docs/install.md).");
            if (!uri.IsLoopback)
                open = url;
        }

        if (open is not null && settings.ApiToken is null)
            throw new SettingsException($"{open} is reachable from elsewhere: set DRAFTHORSE_API_TOKEN, so that not everybody can use the API.");
        return new ApiAccess(settings.ApiToken ?? RandomNumberGenerator.GetHexString(40, lowercase: true), settings.MetricsToken, settings.People, open is null);
    }

    /// <summary>Lets nobody without a token reach an endpoint, but those that are marked as open to all: a path has many spellings.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is { } endpoint && IsGuarded(context, endpoint))
        {
            if (!(endpoint.Metadata.GetMetadata<MonitoringEndpoint>() is null ? IsAllowed(context) : MayMonitor(context)))
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                await Results.Problem(statusCode: (int)HttpStatusCode.Unauthorized, title: "unauthorized", detail: "Send the token as a bearer token.").ExecuteAsync(context);
                return;
            }

            ConnectionGate.Vouch(context);
        }

        await next(context);
    }

    /// <summary>Whether the request may see metrics and the parts of readiness. One that came through a proxy is from elsewhere.</summary>
    public bool MayMonitor(HttpContext context) =>
        (IsMonitoringOpen && !Forwarding.Any(context.Request.Headers.ContainsKey)) || IsAllowed(context)
        || (_metricsToken is not null && HasToken(context, _metricsToken));

    /// <summary>The person whose own token the request has; null = the shared token, which belongs to nobody.</summary>
    public string? PersonOf(HttpContext context) => _people.FirstOrDefault(person => HasToken(context, person.Token)).Person;

    private bool IsAllowed(HttpContext context) => HasToken(context, _token) || PersonOf(context) is not null;

    /// <summary>Not what only answers that a method or a content type is not taken, outside of the API.</summary>
    private static bool IsGuarded(HttpContext context, Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && (endpoint is RouteEndpoint || context.Request.Path.StartsWithSegments("/api"));

    private static bool HasToken(HttpContext context, byte[] token)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        return authorization.StartsWith("Bearer ", StringComparison.Ordinal) && CryptographicOperations.FixedTimeEquals(Hash(authorization["Bearer ".Length..].Trim()), token);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Marks an endpoint that whoever may monitor may reach.</summary>
internal sealed class MonitoringEndpoint;
