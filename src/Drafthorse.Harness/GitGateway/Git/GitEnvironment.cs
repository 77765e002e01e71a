using System.Globalization;
using Drafthorse.Harness.Host;

namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>The environment of git in the host: its configuration is ours alone, and it asks nobody.</summary>
internal static class GitEnvironment
{
    private static readonly (string Key, string Value)[] Hardening =
    [
        ("core.hooksPath", "/dev/null"),
        ("core.fsmonitor", "false"),
        ("core.packedGitLimit", "512m"),
        ("core.packedGitWindowSize", "64m"),
        ("credential.helper", ""),
        ("gc.auto", "0"),
        ("http.followRedirects", "false"),
        ("http.lowSpeedLimit", "100"),
        ("http.lowSpeedTime", "120"),
        ("maintenance.auto", "false"),
        ("protocol.version", "2"),
        ("safe.directory", "*"),
        ("transfer.credentialsInUrl", "die"),
    ];

    private static readonly string[] InheritedVariables =
    [
        "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
    ];

    public static void Set(IDictionary<string, string?> environment, GitCommand command, string homeDirectory)
    {
        var inherited = InheritedVariables
            .Select(name => (Key: name, Value: Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Value is not null).ToArray();
        environment.Clear();
        foreach (var (name, value) in inherited)
            environment[name] = value;
        var direct = Environment.GetEnvironmentVariable("no_proxy") ?? Environment.GetEnvironmentVariable("NO_PROXY");
        environment["no_proxy"] = $"{direct},127.0.0.1,localhost,::1".TrimStart(',');
        environment["PATH"] = ProgramFile.SearchPath;
        environment["LC_ALL"] = "C";
        environment["GIT_ATTR_NOSYSTEM"] = "1";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        environment["GIT_NO_LAZY_FETCH"] = "1";
        environment["GIT_ALLOW_PROTOCOL"] = "";
        if (command.AskedIn is { } folder)
        {
            SetPersons(environment, folder);
            return;
        }

        environment["HOME"] = homeDirectory;
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        if (command.GitDirectory is not null)
            environment["GIT_DIR"] = command.GitDirectory;
        if (command.WorkTree is not null)
            environment["GIT_WORK_TREE"] = command.WorkTree;
        foreach (var (key, value) in command.Environment)
            environment[key] = value;
        var config = Hardening.Concat(command.Config).ToArray();
        environment["GIT_CONFIG_COUNT"] = config.Length.ToString(CultureInfo.InvariantCulture);
        for (var index = 0; index < config.Length; index++)
        {
            environment[$"GIT_CONFIG_KEY_{index}"] = config[index].Key;
            environment[$"GIT_CONFIG_VALUE_{index}"] = config[index].Value;
        }
    }

    private static void SetPersons(IDictionary<string, string?> environment, string folder)
    {
        foreach (var name in (string[])["HOME", "XDG_CONFIG_HOME"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                environment[name] = value;
        }

        // No repository further up is meant.
        if (Path.GetDirectoryName(folder) is { } parent)
            environment["GIT_CEILING_DIRECTORIES"] = parent;
    }
}
