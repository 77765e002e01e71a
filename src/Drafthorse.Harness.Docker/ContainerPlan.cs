using System.Globalization;
using Docker.DotNet.Models;
using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Harness.Docker;

/// <summary>What a sandbox's container looks like: closed by default, with just what package installers need.</summary>
internal static class ContainerPlan
{
    public const string DaemonDirectory = "/.drafthorse";
    public const string DaemonPath = DaemonDirectory + "/sandboxd";
    public const string SocketPath = DaemonDirectory + "/sandboxd.sock";

    public const string DeploymentLabel = "dev.drafthorse.deployment";
    public const string ThreadLabel = "dev.drafthorse.thread";

    /// <summary>Without these apt and su fail, and the daemon could not end what another user of the container runs; everything else
    /// is dropped.</summary>
    private static readonly string[] Capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"];

    /// <summary>For each processor that it is planned with: two have a fifth of what everything else has, of 1,024.</summary>
    private const long Weight = 102;

    /// <summary>Sandboxes end before the server when memory runs out.</summary>
    private const int OutOfMemoryScore = 500;

    public static CreateContainerParameters Create(DockerSandboxOptions options, SandboxStart start, SandboxLimits limits, long engineCpus) => new()
    {
        Name = start.Name,
        Image = options.Image,
        Entrypoint = [DaemonPath],
        Cmd = ["serve", "--socket", SocketPath, "--", "--memory", Text(limits.MostMemoryBytes), "--pids", Text(limits.MostPids)],
        User = "0:0",
        WorkingDir = "/src",
        Hostname = "sandbox",
        Env = [.. start.Environment.Select(variable => $"{variable.Key}={variable.Value}")],
        Labels = new Dictionary<string, string>
        {
            [DeploymentLabel] = options.Deployment,
            [ThreadLabel] = start.ThreadId.ToString(),
        },
        HostConfig = new HostConfig
        {
            NetworkMode = "none",
            DNS = ["127.0.0.1"],
            CapDrop = ["ALL"],
            CapAdd = Capabilities,
            SecurityOpt = ["no-new-privileges"],
            Sysctls = new Dictionary<string, string> { ["net.ipv4.ip_unprivileged_port_start"] = "0" },
            Memory = limits.MostMemoryBytes,
            MemorySwap = limits.MostMemoryBytes,
            MemoryReservation = limits.MemoryBytes,
            NanoCPUs = (long)(Math.Min(limits.MostCpus, engineCpus) * 1_000_000_000),
            PidsLimit = limits.MostPids,
            CPUShares = Math.Clamp((long)(Weight * limits.Cpus), 2, 262_144),
            OomScoreAdj = OutOfMemoryScore,
            Tmpfs = new Dictionary<string, string>
            {
                ["/tmp"] = string.Create(CultureInfo.InvariantCulture, $"rw,exec,nosuid,nodev,mode=1777,size={options.TmpBytes}"),
            },
            IpcMode = "private",
            CgroupnsMode = "private",
            Runtime = options.Runtime,
            RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
            LogConfig = new LogConfig
            {
                Type = "json-file",
                Config = new Dictionary<string, string> { ["max-size"] = "256k", ["max-file"] = "1" },
            },
        },
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string RouterOf(string sandbox) => $"drafthorse-route-{sandbox[..12]}";

    /// <summary>A container of the clean image that is in a sandbox's network for a moment and changes its routes. What runs in the sandbox
    /// never has that right, nor anything that it could have written.</summary>
    public static CreateContainerParameters CreateRouter(DockerSandboxOptions options, string sandbox) => new()
    {
        Name = RouterOf(sandbox),
        Image = options.Image,
        Entrypoint = [DaemonPath],
        Cmd = ["route"],
        User = "0:0",
        HostConfig = new HostConfig
        {
            AutoRemove = true,
            NetworkMode = $"container:{sandbox}",
            CapDrop = ["ALL"],
            CapAdd = ["NET_ADMIN"],
            SecurityOpt = ["no-new-privileges"],
            Memory = 256 << 20,
            PidsLimit = 64,
            Runtime = options.Runtime,
            RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
            LogConfig = new LogConfig { Type = "none" },
        },
    };
}
