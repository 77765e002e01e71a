using System.Text;

namespace Drafthorse.Harness.GitGateway;

/// <summary>What a credential is wanted for.</summary>
internal enum GitAccess
{
    /// <summary>To clone and fetch.</summary>
    Read,

    /// <summary>To push.</summary>
    Write,
}

/// <summary>What a code host accepts for git over HTTP basic authentication. Stays in the host's memory.</summary>
/// <param name="UserName">The user name, such as <c>x-access-token</c>.</param>
/// <param name="Password">The token.</param>
internal sealed record GitCredential(string UserName, string Password)
{
    internal string ToHeader() =>
        "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));

    /// <summary>Names the user; never the password.</summary>
    public override string ToString() => $"{UserName}:***";
}

/// <summary>Finds or mints the credential for one repository. Null means that none is needed.</summary>
internal delegate ValueTask<GitCredential?> GitCredentialSource(
    Threads.RepositoryRef repository, GitAccess access, CancellationToken cancellationToken);
