using System.Collections;

namespace Drafthorse.Harness.Sandboxes.Local;

/// <summary>The part of this process's environment that commands may see: an allow-list, as secrets have any name.</summary>
internal static class LocalEnvironment
{
    private static readonly HashSet<string> Allowed = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TERM", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "DOTNET_ROOT", "DOTNET_CLI_HOME", "NUGET_PACKAGES", "JAVA_HOME", "MAVEN_HOME", "M2_HOME", "GRADLE_HOME", "GRADLE_USER_HOME", "ANDROID_HOME",
        "GOPATH", "GOROOT", "GOBIN", "GOCACHE", "GOMODCACHE", "GOFLAGS", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN",
        "NVM_DIR", "NODE_PATH", "PNPM_HOME", "VOLTA_HOME", "PYENV_ROOT", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "GEM_HOME", "GEM_PATH", "RBENV_ROOT",
        "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
    };

    public static Dictionary<string, string> Read(IEnumerable<string> further)
    {
        var passed = further.ToHashSet(StringComparer.Ordinal);
        var environment = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is { Key: string name, Value: string value } && (Allowed.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal) || passed.Contains(name)))
                environment[name] = value;
        }

        return environment;
    }
}
