using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Egress.Trust;

/// <summary>
/// What a sandbox needs so that its programs trust the company's own certificate authorities: files to write, and variables that name
/// them.
/// </summary>
internal sealed record SandboxTrust
{
    private const string BundleName = "drafthorse-ca.pem";
    private const string ExtraName = "drafthorse-ca-extra.pem";
    private const string JavaName = "drafthorse-ca.jks";
    private const int MaxBytes = 16 << 20;

    private static readonly string[] SystemBundles =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    // All of these name a file that replaces the program's own list, so it holds the public authorities too.
    private static readonly string[] BundleVariables =
    [
        "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO", "NIX_SSL_CERT_FILE", "npm_config_cafile",
    ];

    /// <summary>Nothing to trust beside what the image trusts.</summary>
    public static SandboxTrust None { get; } = new();

    /// <summary>Files of the sandbox's <c>/etc</c>, by name.</summary>
    public IReadOnlyDictionary<string, byte[]> Etc { get; private init; } = new Dictionary<string, byte[]>();

    /// <summary>Variables of everything that runs inside.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private init; } = new Dictionary<string, string>();

    /// <summary>
    /// Reads the certificates of a PEM file. Throws <see cref="FormatException"/> when there is no certificate in it.
    /// </summary>
    public static SandboxTrust Create(string extraCaFile)
    {
        var extra = Import(extraCaFile);
        if (extra.Count == 0)
            throw new FormatException($"The extra CA file {extraCaFile} holds no PEM certificate.");
        var all = new X509Certificate2Collection();
        if (SystemBundles.FirstOrDefault(File.Exists) is { } system)
            all.AddRange(Import(system));
        all.AddRange(extra);

        var environment = BundleVariables.ToDictionary(name => name, _ => $"/etc/{BundleName}");
        environment["NODE_EXTRA_CA_CERTS"] = $"/etc/{ExtraName}";
        environment["JAVA_TOOL_OPTIONS"] = $"-Djavax.net.ssl.trustStore=/etc/{JavaName} -Djavax.net.ssl.trustStorePassword={JavaTrustStore.Password}";
        return new SandboxTrust
        {
            Etc = new Dictionary<string, byte[]>
            {
                [BundleName] = ToPem(all),
                [ExtraName] = ToPem(extra),
                [JavaName] = JavaTrustStore.Create(all.Select(c => c.RawData)),
            },
            Environment = environment,
        };
    }

    private static X509Certificate2Collection Import(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(RegularFile.ReadText(file, MaxBytes));
            return certificates;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The CA file {file} cannot be read: {e.Message}", e);
        }
    }

    private static byte[] ToPem(X509Certificate2Collection certificates) =>
        Encoding.ASCII.GetBytes(string.Join('\n', certificates.Select(c => c.ExportCertificatePem())) + "\n");
}
