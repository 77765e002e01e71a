using System.Net;
using System.Security.Cryptography;
using System.Text;
using Drafthorse.Settings;
using Microsoft.AspNetCore.Authorization;

namespace Drafthorse.Server;

/// <summary>Who may use the API: whoever has its bearer token. On loopback without one in the settings, one is made.</summary>
internal sealed class ApiAccess
{
    private readonly byte[] _token;

    private ApiAccess(string token)
    {
        Token = token;
        _token = SHA256.HashData(Encoding.UTF8.GetBytes(token));
    }

    public string Token { get; }

    public static ApiAccess Of(DrafthorseSettings settings, string? urls)
    {
        if (settings.ApiToken is { } configured)
            return new ApiAccess(configured);
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri))
                throw new SettingsException($"--urls: '{url}' is not an address such as http://127.0.0.1:8080.");
            if (!uri.IsLoopback)
                throw new SettingsException($"{url} is reachable from elsewhere: set DRAFTHORSE_API_TOKEN, so that not everybody can use the API.");
        }

        return new ApiAccess(RandomNumberGenerator.GetHexString(40, lowercase: true));
    }

    /// <summary>Lets nobody without the token reach an endpoint, but those that are marked as open to all: a path has many spellings.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && !IsAllowed(context.Request.Headers.Authorization.ToString()))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Results.Problem(statusCode: (int)HttpStatusCode.Unauthorized, title: "unauthorized", detail: "Send the API token as a bearer token.").ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    public bool IsAllowed(string authorization) =>
        authorization.StartsWith("Bearer ", StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization["Bearer ".Length..].Trim())), _token);
}
