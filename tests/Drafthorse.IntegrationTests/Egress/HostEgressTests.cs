using Drafthorse.Harness.Egress;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Egress;

public sealed class HostEgressTests(DockerEngineFixture docker)
{
    /// <summary><c>get HOST PORT PATH</c>: a request by name, as any program sends one. <c>ask TARGET</c>: CONNECT at the proxy
    /// door, which looks where a name leads only when it has the first request; prints the last status.</summary>
    private const string Tools = """
        get() { exec 3<>"/dev/tcp/$1/$2" && printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$3" "$1" >&3 && cat <&3; exec 3>&-; }
        ask() {
          exec 3<>/dev/tcp/127.0.0.1/3128
          printf 'CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n' "$1" "$1" >&3; read -r status <&3
          case $status in *200*) read -r _ <&3; printf 'GET / HTTP/1.1\r\nHost: %s\r\n\r\n' "$1" >&3; read -r status <&3 ;; esac
          echo "$1 $status"; exec 3>&-
        }

        """;

    /// <summary>A container's routes come a moment after it.</summary>
    private const string RoutesAreThere = "until (exec 3<>/dev/tcp/10.0.0.1/443) 2>/dev/null; do read -t 0.02 <> <(:) || :; done";

    /// <summary>Targets of CONNECT, each with the name that the audit must have and a part of its reason.</summary>
    private static readonly (string Target, string Name, string Reason)[] Spellings =
    [
        // The metadata service, which even the allow-list of this world names.
        ("169.254.169.254:80", "169.254.169.254", "a metadata address"),
        ("169.254.169.254.:80", "169.254.169.254", "a metadata address"),
        ("2852039166:80", "169.254.169.254", "a metadata address"),
        ("0xA9FEA9FE:80", "169.254.169.254", "a metadata address"),
        ("0xa9.0xfe.0xa9.0xfe:80", "169.254.169.254", "a metadata address"),
        ("0251.0376.0251.0376:80", "169.254.169.254", "a metadata address"),
        ("025177524776:443", "169.254.169.254", "a metadata address"),
        ("169.254.43518:80", "169.254.169.254", "a metadata address"),
        ("169.16689662:80", "169.254.169.254", "a metadata address"),
        ("0xa9.254.0251.254:80", "169.254.169.254", "a metadata address"),
        ("[::ffff:169.254.169.254]:80", "::ffff:169.254.169.254", "a mapped IPv4 address"),
        ("[::ffff:a9fe:a9fe]:80", "::ffff:169.254.169.254", "a mapped IPv4 address"),
        ("[0:0:0:0:0:ffff:a9fe:a9fe]:80", "::ffff:169.254.169.254", "a mapped IPv4 address"),
        ("[fd00:ec2::254]:80", "fd00:ec2::254", "a metadata address"),
        ("[64:ff9b::a9fe:a9fe]:80", "64:ff9b::a9fe:a9fe", "a NAT64 address"),
        ("metadata.example:80", "metadata.example", "it resolves to a metadata address"),
        ("METADATA.example.:80", "metadata.example", "it resolves to a metadata address"),

        // This machine.
        ("127.1:80", "127.0.0.1", "a loopback address"),
        ("0:80", "0.0.0.0", "a wildcard address"),
        ("[::1]:443", "::1", "a loopback address"),
        ("0x7f000001:443", "127.0.0.1", "a loopback address"),

        // Inside the organization, on the allow-list but not among the private hosts.
        ("10.0.0.7:80", "10.0.0.7", "it resolves to a private address"),
        ("10.7:80", "10.0.0.7", "it resolves to a private address"),
        ("0xa.0.07:80", "10.0.0.7", "it resolves to a private address"),
        ("167772167:80", "10.0.0.7", "it resolves to a private address"),
        ("private.example:80", "private.example", "it resolves to a"),

        // Off the list.
        ("192.168.1.1:443", "192.168.1.1", "not on the allow-list"),
        ("elsewhere.example:443", "elsewhere.example", "not on the allow-list"),
        ("packages.example.evil.example:443", "packages.example.evil.example", "not on the allow-list"),
        ("packages.example:22", "packages.example", "port 22 is not allowed"),
        ("localhost:443", "localhost", "not on the allow-list"),

        // Code hosts.
        ("code.example:443", "code.example", "through its gateway only"),
        ("CODE.example.:443", "code.example", "through its gateway only"),
        ("code.example:22", "code.example", "through its gateway only"),
        ("raw.code.example:443", "raw.code.example", "through its gateway only"),
        ("api.code.example:443", "api.code.example", "through its gateway only"),
    ];

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Request_ToAnAllowedHost_IsAnswered(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);

        var answer = await world.MustAsync(Tools + $"get {PackageHost.Name} 80 /hello");
        var audit = await world.Audits.TakeAsync(record => record.Name == PackageHost.Name);

        Assert.EndsWith("hello from outside", answer, StringComparison.Ordinal);
        Assert.Equal((EgressResult.Allowed, 80, "127.0.0.1"), (audit.Result, audit.Port, audit.Address));
        Assert.True(audit is { BytesUp: > 20, BytesDown: > 20 });
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Connect_EverySpellingOfWhatIsClosed_IsRefusedAndAudited(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);

        var answers = await world.MustAsync(Tools + string.Join('\n', Spellings.Select(spelling => $"ask '{spelling.Target}'")));

        Assert.Equal(Spellings.Select(spelling => $"{spelling.Target} HTTP/1.1 403 Forbidden"), answers.Split('\n').Select(line => line.TrimEnd('\r')));
        foreach (var (target, name, reason) in Spellings)
        {
            var port = int.Parse(target[(target.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
            var audit = await world.Audits.TakeAsync(record => record.Name == name && record.Port == port && record.Reason.Contains(reason, StringComparison.Ordinal));
            Assert.Equal(EgressResult.Refused, audit.Result);
            Assert.Null(audit.Address);
        }
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Request_ByNameToWhatIsClosed_IsRefusedAndAudited(SandboxKind kind)
    {
        (string Name, string Reason)[] closed =
        [
            ("elsewhere.example", "not on the allow-list"), ("metadata.example", "it resolves to a metadata address"),
            ("private.example", "it resolves to a"), ("code.example", "through its gateway only"),
        ];
        await using var world = await EgressWorld.StartAsync(kind, docker);

        var answers = await world.MustAsync(Tools + string.Join('\n', closed.Select(host => $"get {host.Name} 80 /")));

        Assert.Equal(closed.Length, answers.Split("HTTP/1.1 403").Length - 1);
        foreach (var (name, reason) in closed)
        {
            var audit = await world.Audits.TakeAsync(record => record.Name == name && record.Reason.Contains(reason, StringComparison.Ordinal));
            Assert.Equal((EgressResult.Refused, 80), (audit.Result, audit.Port));
        }
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Request_ToAnAddressWithoutAName_IsRefusedAndAudited(SandboxKind kind)
    {
        (string Written, string Name)[] addresses =
        [
            ("169.254.169.254", "169.254.169.254"), ("2852039166", "169.254.169.254"), ("0xa9fea9fe", "169.254.169.254"), ("0251.0376.0251.0376", "169.254.169.254"),
            ("169.254.43518", "169.254.169.254"), ("::ffff:169.254.169.254", "169.254.169.254"), ("10.0.0.7", "10.0.0.7"), ("10.7", "10.0.0.7"),
            ("192.168.1.1", "192.168.1.1"), ("93.184.215.14", "93.184.215.14"),

            // A container without a network has no IPv6 at all.
            .. kind == SandboxKind.Docker ? [] : new[] { ("fd00:ec2::254", "fd00:ec2::254"), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2606:2800:21f:cb07:6820:80da:af6b:8b2c") },
        ];
        await using var world = await EgressWorld.StartAsync(kind, docker);

        await world.MustAsync(RoutesAreThere);
        var answers = await world.MustAsync(Tools + string.Join('\n', addresses.Select(address => $"get {address.Written} 80 /hello | head -n 1; echo")));
        var version6 = await world.RunAsync(Tools + "get fd00:ec2::254 80 /hello | grep -a HTTP/1.1.200");
        var tls = await world.RunAsync("exec 3<>/dev/tcp/169.254.169.254/443 && printf x >&3 && head -c 7 <&3 | od -An -tx1");

        Assert.Equal(Enumerable.Repeat("HTTP/1.1 403 Forbidden", addresses.Length), answers.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", version6.Output.Split('\n').FirstOrDefault(line => line.StartsWith("HTTP", StringComparison.Ordinal), ""));
        Assert.Equal("15 03 03 00 02 02 31", tls.Output.Trim());
        foreach (var (name, port) in addresses.Select(address => (address.Name, 80)).Append(("169.254.169.254", 443)))
        {
            var audit = await world.Audits.TakeAsync(record => record.Name == name && record.Port == port);
            Assert.Equal((EgressResult.Refused, null), (audit.Result, audit.Address));
        }
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Network_ForWhatRunsInside_CannotBeChanged(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);

        var rights = await world.MustAsync("grep -E 'Cap(Inh|Eff|Prm|Amb)|NoNewPrivs' /proc/self/status; cat /proc/net/dev | grep -c ':'");
        const int NetAdmin = 1 << 12, NetRaw = 1 << 13, SysAdmin = 1 << 21;

        foreach (var line in rights.Split('\n').Where(line => line.StartsWith("Cap", StringComparison.Ordinal)))
            Assert.Equal(0, Convert.ToInt64(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(), 16) & (NetAdmin | NetRaw | SysAdmin));
        Assert.Contains("NoNewPrivs:\t1", rights, StringComparison.Ordinal);
        Assert.EndsWith("\n1", rights, StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Request_ThatNamesAnotherHostInside_IsRefusedAndAudited(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);

        var answer = await world.MustAsync($"exec 3<>/dev/tcp/{PackageHost.Name}/80; printf 'GET /hello HTTP/1.1\\r\\nHost: code.example\\r\\n\\r\\n' >&3; cat <&3");
        var audit = await world.Audits.TakeAsync(record => record.Name == PackageHost.Name);

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Equal((EgressResult.Refused, "the request names code.example instead"), (audit.Result, audit.Reason));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Redirect_OfAnAllowedHostToWhatIsClosed_IsRefusedAndAudited(SandboxKind kind)
    {
        (string To, string Name, int Port, string Reason)[] targets =
        [
            ("http://169.254.169.254/latest/meta-data/", "169.254.169.254", 80, "a metadata address"),
            ("http://0xa9fea9fe/latest/meta-data/", "169.254.169.254", 80, "a metadata address"),
            ("http://metadata.example/", "metadata.example", 80, "it resolves to a metadata address"),
            ("http://10.1.2.3/", "10.1.2.3", 80, "not on the allow-list"),
            ("http://10.0.0.7/", "10.0.0.7", 80, "it resolves to a private address"),
            ("http://private.example/", "private.example", 80, "it resolves to a"),
            ("http://elsewhere.example/", "elsewhere.example", 80, "not on the allow-list"),
            ("https://elsewhere.example/", "elsewhere.example", 443, "not on the allow-list"),
            ("http://code.example/acme/widgets", "code.example", 80, "through its gateway only"),
        ];
        await using var world = await EgressWorld.StartAsync(kind, docker, kind == SandboxKind.Docker ? await docker.GetToolsImageAsync() : null);

        await world.MustAsync(RoutesAreThere);
        var same = await world.MustAsync($"curl -sSL 'http://{PackageHost.Name}/elsewhere?https://{PackageHost.Name}/hello'");
        var answers = await world.MustAsync(string.Join(
            '\n', targets.Select(target => $"curl -sL -o /dev/null -w '%{{num_redirects}} %{{http_code}} %{{exitcode}}\\n' 'https://{PackageHost.Name}/elsewhere?{target.To}' || :")));

        Assert.Equal("hello from outside", same);
        Assert.Equal(targets.Select(target => target.Port == 80 ? "1 403 0" : "1 302 35"), answers.Split('\n'));
        foreach (var (_, name, port, reason) in targets)
        {
            var audit = await world.Audits.TakeAsync(record => record.Name == name && record.Port == port && record.Reason.Contains(reason, StringComparison.Ordinal));
            Assert.Equal((EgressResult.Refused, null), (audit.Result, audit.Address));
        }
    }
}
