using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Drafthorse.Demo.GitHub;

/// <summary>Who calls the stand-in, and what they may: personal tokens, an App's JWT, and installation tokens with their permissions.</summary>
internal sealed class GitHubStandInAccess
{
    private readonly ConcurrentDictionary<string, StandInCaller> _tokens = [];

    /// <summary>The App, once there is one.</summary>
    public StandInApp? App { get; private set; }

    /// <summary>By which tokens end.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Makes a token of a person known.</summary>
    public void AddToken(string token, StandInAccount account) => _tokens[token] = new StandInCaller(account, null, null, DateTimeOffset.MaxValue);

    /// <summary>Makes an App known, installed everywhere. Returns its private key in PEM.</summary>
    public string AddApp(long id, string slug, StandInAccount bot)
    {
        var key = RSA.Create(2048);
        App = new StandInApp(id, slug, bot, key);
        return key.ExportRSAPrivateKeyPem();
    }

    /// <summary>Who sent this <c>Authorization</c> header; null when GitHub would answer 401.</summary>
    public StandInCaller? Find(string? authorization)
    {
        if (authorization?.Split(' ', 2) is not [var scheme, var token] || scheme is not ("Bearer" or "token"))
            return null;
        if (token.Count(c => c == '.') == 2)
            return App is { } app && IsValidJwt(app, token, Clock.GetUtcNow().ToUnixTimeSeconds()) ? new StandInCaller(app.Bot, app, null, DateTimeOffset.MaxValue) : null;
        return _tokens.TryGetValue(token, out var caller) && caller.ExpiresAt > Clock.GetUtcNow() ? caller : null;
    }

    /// <summary>Sells an installation token.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Issue(StandInApp app, StandInGrant grant)
    {
        var token = $"ghs_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(18))}";
        var expires = Clock.GetUtcNow() + TimeSpan.FromHours(1);
        _tokens[token] = new StandInCaller(app.Bot, null, grant, expires);
        return (token, expires);
    }

    /// <summary>Ends all installation tokens, as a revocation does.</summary>
    public void RevokeInstallationTokens()
    {
        foreach (var (token, caller) in _tokens)
        {
            if (caller.Grant is not null)
                _tokens.TryRemove(token, out _);
        }
    }

    private static bool IsValidJwt(StandInApp app, string token, long now)
    {
        try
        {
            var parts = token.Split('.');
            using var header = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0]));
            using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
            var (issued, expires) = (claims.RootElement.GetProperty("iat").GetInt64(), claims.RootElement.GetProperty("exp").GetInt64());
            return header.RootElement.GetProperty("alg").GetString() == "RS256"
                && claims.RootElement.GetProperty("iss").ToString() == app.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)
                && issued <= now && expires > now && expires - now <= 600
                && app.Key.VerifyData(
                    Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (Exception exception) when (exception is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}

internal sealed record StandInApp(long Id, string Slug, StandInAccount Bot, RSA Key);

/// <summary>What an installation token may do.</summary>
internal sealed record StandInGrant(IReadOnlyList<string> Repositories, IReadOnlyDictionary<string, string> Permissions);

/// <param name="Account">Under whose name writes appear.</param>
/// <param name="App">Set when the caller is the App itself.</param>
/// <param name="Grant">Set when the caller is an installation.</param>
/// <param name="ExpiresAt">When the token ends.</param>
internal sealed record StandInCaller(StandInAccount Account, StandInApp? App, StandInGrant? Grant, DateTimeOffset ExpiresAt)
{
    public bool May(string repository, string permission, bool write) => App is null
        && (Grant is null
            || (Grant.Repositories.Contains(repository, StringComparer.OrdinalIgnoreCase)
                && Grant.Permissions.TryGetValue(permission, out var level) && (level == "write" || !write)));
}
