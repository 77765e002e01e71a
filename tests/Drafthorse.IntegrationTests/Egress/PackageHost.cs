using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Drafthorse.Harness.Egress.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>A stand-in on loopback for an allowed host with the files of package registries, over HTTP and HTTPS of its own authority.</summary>
internal sealed class PackageHost : IAsyncDisposable
{
    public const string Name = "packages.example";

    private readonly Dictionary<string, byte[]> _files = PackageFiles.All().ToDictionary(file => file.Path, file => file.Content);
    private readonly WebApplication _app;
    private readonly X509Certificate2 _authority;

    private PackageHost(WebApplication app, X509Certificate2 authority) => (_app, _authority) = (app, authority);

    /// <summary>Its address for plain HTTP, as <c>address:port</c>.</summary>
    public string Http => new Uri(_app.Urls.First()).Authority;

    /// <summary>Its address for HTTPS, as <c>address:port</c>.</summary>
    public string Https => new Uri(_app.Urls.Last()).Authority;

    /// <summary>The paths that were answered with their content. Beside the files there is <c>/elsewhere?URL</c>, which redirects there.</summary>
    public ConcurrentQueue<string> Served { get; } = new();

    public static async Task<PackageHost> StartAsync(CancellationToken cancellationToken)
    {
        var (authority, certificate) = MakeCertificates();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        });
        var app = builder.Build();
        var host = new PackageHost(app, authority);
        app.Run(host.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return host;
    }

    /// <summary>What the product makes of its setting for this host's authority.</summary>
    public SandboxTrust Trust(string directory)
    {
        var file = Path.Combine(directory, "company.pem");
        File.WriteAllText(file, _authority.ExportCertificatePem());
        return SandboxTrust.Create(file);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _authority.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/elsewhere")
        {
            context.Response.Redirect(Uri.UnescapeDataString(context.Request.QueryString.Value![1..]));
            return;
        }

        if (!_files.TryGetValue(context.Request.Path.Value!, out var content))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = content.AsSpan().StartsWith("<!DOCTYPE"u8) ? "text/html" : content[0] == '{' ? "application/json" : "application/octet-stream";
        context.Response.ContentLength = content.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        Served.Enqueue(context.Request.Path.Value!);
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private static (X509Certificate2 Authority, X509Certificate2 Server) MakeCertificates()
    {
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Authority of the egress tests", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, false));
        var root = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        using var issued = request.Create(root, now.AddDays(-1), now.AddDays(29), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return (root, X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null));
    }
}
