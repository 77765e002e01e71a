using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Drafthorse.Harness.Egress.Trust;

namespace Drafthorse.Tests.Egress;

public sealed class SandboxTrustTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Create_OneCertificate_IsInEveryFileThatAVariableNames()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=Company CA", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        File.WriteAllText(_file, certificate.ExportCertificatePem());

        var trust = SandboxTrust.Create(_file);

        Assert.Contains(certificate.ExportCertificatePem(), Encoding.ASCII.GetString(trust.Etc[Path.GetFileName(trust.Environment["SSL_CERT_FILE"])]), StringComparison.Ordinal);
        Assert.Equal(certificate.ExportCertificatePem() + "\n", Encoding.ASCII.GetString(trust.Etc[Path.GetFileName(trust.Environment["NODE_EXTRA_CA_CERTS"])]));
        var java = trust.Etc["drafthorse-ca.jks"];
        Assert.Contains("trustStore=/etc/drafthorse-ca.jks ", trust.Environment["JAVA_TOOL_OPTIONS"], StringComparison.Ordinal);
        Assert.True(java.AsSpan().IndexOf(certificate.RawData) > 0);
    }

    [Fact]
    public void Create_NoCertificate_NamesTheFile()
    {
        File.WriteAllText(_file, "nothing");

        Assert.Contains(_file, Assert.Throws<FormatException>(() => SandboxTrust.Create(_file)).Message, StringComparison.Ordinal);
    }
}
