using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>The files of one sandbox on the host: what is bound into it, its socket, and what is needed to start it again.</summary>
internal sealed class SandboxDirectory(string root, string name)
{
    private const int LongestName = 60;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Readable = OwnerOnly
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode ReadableFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Name { get; } = IsName(name)
        ? name
        : throw new ArgumentException($"A sandbox's name has 1 to {LongestName} lower-case letters, digits and hyphens.", nameof(name));

    public string Path { get; } = System.IO.Path.Combine(root, name);

    public string Socket => At("s");

    public string Log => At("log");

    public string Etc => At("etc");

    public string Filter => At("filter");

    /// <summary>The directories that the sandbox may write, with their places inside.</summary>
    public IReadOnlyList<(string Host, string Inside)> Writable => [(At("src"), "/src"), (At("agent"), "/agent"), (At("home"), "/home/agent")];

    public bool Exists => File.Exists(At("sandbox.json"));

    /// <summary>Makes the directory that all are in.</summary>
    public static void CreateRoot(string root) => Make(root, OwnerOnly);

    public static SandboxDirectory Create(string root, string name, SandboxDescription description, IReadOnlyDictionary<string, byte[]> etc)
    {
        CreateRoot(root);
        var directory = new SandboxDirectory(root, name);
        Make(directory.Path, OwnerOnly);
        foreach (var (host, _) in directory.Writable)
            Make(host, Readable);
        directory.WriteEtc();
        foreach (var (file, content) in etc)
            Write(System.IO.Path.Combine(directory.Etc, file), content);
        File.WriteAllText(directory.At("sandbox.json.new"), JsonSerializer.Serialize(description, SandboxDescriptionJson.Default.SandboxDescription));
        File.Move(directory.At("sandbox.json.new"), directory.At("sandbox.json"));
        return directory;
    }

    /// <summary>The sandboxes below <paramref name="root"/>, with those that a host left half made or half removed when it died.</summary>
    public static IEnumerable<SandboxDirectory> List(string root) => Directory.Exists(root)
        ? Directory.EnumerateDirectories(root).Select(System.IO.Path.GetFileName).OfType<string>().Where(IsName).Select(name => new SandboxDirectory(root, name))
        : [];

    /// <summary>What is known of it; of one that was left half made only since when it is there.</summary>
    public SandboxDescription Describe()
    {
        try
        {
            return Read();
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return new SandboxDescription { CreatedAt = Directory.GetCreationTimeUtc(Path) };
        }
    }

    public SandboxDescription Read() =>
        JsonSerializer.Deserialize(File.ReadAllText(At("sandbox.json")), SandboxDescriptionJson.Default.SandboxDescription) ?? new SandboxDescription();

    public IReadOnlyList<string> ReadCgroups() => File.Exists(At("cgroups")) ? File.ReadAllLines(At("cgroups")) : [];

    public void WriteCgroups(IEnumerable<string> directories) => File.WriteAllLines(At("cgroups"), directories);

    /// <summary>Held while the sandbox is started, so that two hosts never start it twice.</summary>
    public FileStream Lock() => new(At("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    private static void Make(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        Directory.CreateDirectory(path, mode);
        File.SetUnixFileMode(path, mode);
    }

    /// <summary>For the sandbox's user to read, whatever this process's mask.</summary>
    private static void Write(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, ReadableFile);
    }

    private string At(string file) => System.IO.Path.Combine(Path, file);

    private void WriteEtc()
    {
        Make(Etc, Readable);
        Write("passwd", "root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000:agent:/home/agent:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
        Write("group", "root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n");
        Write("hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n");
        Write("hostname", "sandbox\n");
        Write("resolv.conf", "nameserver 127.0.0.1\noptions edns0\n");
        Write("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n");

        void Write(string file, string text) => SandboxDirectory.Write(System.IO.Path.Combine(Etc, file), Encoding.UTF8.GetBytes(text));
    }
}

/// <summary>What a sandbox was started with.</summary>
internal sealed record SandboxDescription
{
    public ThreadId ThreadId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The user of the host that it is, and that its files belong to; 0 when the program is not root.</summary>
    public int HostUser { get; init; }

    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>The limits that it was started with; null = those of the server.</summary>
    public SandboxLimits? Limits { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SandboxDescription))]
internal sealed partial class SandboxDescriptionJson : JsonSerializerContext;
