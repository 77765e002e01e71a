using System.Diagnostics;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Push.Leaving;
using Drafthorse.Tests.GitGateway.Histories;

namespace Drafthorse.Tests.GitGateway;

/// <summary>What is found in new commits before they leave.</summary>
public sealed class LeavingPolicyTests : IDisposable
{
    private static readonly string Chance = "q8Zr2LxV9tNw4KbYs7Hd" + "G3fJm6PcTaUe5RoXiB1Q";

    private readonly HistoryRepository _repository = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("a.env", "GITHUB=", "ghp_", 36, "a GitHub token in line 1")]
    [InlineData("a.txt", "key: ", "AKIA", 0, "an AWS access key in line 1")]
    [InlineData("a.txt", "", "npm_", 36, "a key of a known form in line 1")]
    [InlineData("a.txt", "url = postgres://me:", "hush-hush-hush@db", 0, "an address with a password, or of a secret hook in line 1")]
    [InlineData("package-lock.json", "x ", "glpat-", 20, "a key of a known form in line 1")]
    public void Secrets_OfKnownForms_AreFound(string path, string before, string form, int letters, string expected)
    {
        var scan = new LineScan();
        scan.Add(path, 1, before + form + (form == "AKIA" ? "IOSFODNN7" + "EXAMPLE" : Chance[..letters]));

        Assert.Equal(new PushFinding(path, expected), Assert.Single(scan.Findings));
    }

    [Fact]
    public void Secrets_ByNameAndChance_AreFound()
    {
        var scan = new LineScan();
        scan.Add("a.py", 1, $"API_KEY = \"{Chance[..32]}\"");
        scan.Add("b.yml", 7, $"  password: {Chance[..20]}");
        scan.Add("c.js", 2, $"const x = '{Chance}';");
        scan.Add("d.pem", 1, "-----BEGIN OPENSSH " + "PRIVATE KEY-----");

        Assert.Equal(["a.py", "b.yml", "c.js", "d.pem"], scan.Findings.Select(finding => finding.Path));
        Assert.All(scan.Findings, finding => Assert.DoesNotContain(Chance[..8], finding.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.cs", "var token = await lexer.ReadTokenAsync(cancellationToken).ConfigureAwait(false);")]
    [InlineData("a.md", "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 broke it")]
    [InlineData("a.txt", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("package-lock.json", "\"integrity\": \"sha512-q8Zr2LxV9tNw4KbYs7HdG3fJm6PcTaUe5RoXiB1Qq8Zr2LxV9tNw4KbYs7HdG3fJm6PcTaUe5Ro==\"")]
    [InlineData("a.py", "password = os.environ['PASSWORD_OF_THE_DATABASE']")]
    [InlineData("a.yml", "secret: ${{ secrets.DEPLOY }}")]
    [InlineData("a.ts", "import { someVeryLongFunctionName } from './components/with/a/long/path/to/file';")]
    [InlineData("a.html", "<a href=\"https://user.example.com/path?x=1\">")]
    [InlineData("a.txt", "日本語 👨‍👩‍👧 and\ttabs\r")]
    public void Lines_OfEveryDay_AreClean(string path, string line)
    {
        var scan = new LineScan();
        scan.Add(path, 3, line);

        Assert.Empty(scan.Findings);
    }

    [Theory]
    [InlineData("if (admin\u202E) {")]
    [InlineData("a\u200Bb")]
    [InlineData("x\u0007")]
    [InlineData("a\u2066b")]
    public void Characters_ThatNobodySees_AreFound(string line)
    {
        var scan = new LineScan();
        scan.Add("a.c", 4, line);

        Assert.Equal("characters that nobody sees, or that turn text around, in line 4", Assert.Single(scan.Findings).Reason);
    }

    [Fact]
    public async Task Commits_EachIsLookedAt_AndWhatIsUpstreamIsNot()
    {
        var found = await FindAsync(
            $"""
            printf 'see https://known.test.internal/a\nold {"ghp_"}{Chance[..36]}\n' > old.txt; git add -A; git commit -qm base; git tag base
            printf 'see https://known.test.internal/b and https://evil.attacker.io/x\n' > hosts.md
            printf 'line\n' >> old.txt
            printf 'k = "{"ghp_"}{Chance[..36]}"\n' > "odd name\t.txt"; git add -A; git commit -qm one
            git rm -q --cached "odd name\t.txt"; rm "odd name\t.txt"; printf 'a\0b' > image.bin; git add -A; git commit -qm two
            git update-index --add --cacheinfo 160000,{new string('a', 40)},vendor/lib; git commit -qm three
            head -c 6000000 /dev/zero | tr '\0' 'x' > big.txt; git add big.txt; git commit -qm four
            """);

        Assert.Equal(
            [
                "big.txt: 5 MiB, which is much for a file in git",
                "hosts.md: the host evil.attacker.io, which the project does not name yet",
                "image.bin: a file that is no text",
                "odd name\\t.txt: a GitHub token in line 1",
                "vendor/lib: another repository within this one (submodule)",
            ],
            found.Select(finding => finding.Line.Replace("\t", "\\t", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    /// <summary>A merge that brings what neither side has, and takes it out again.</summary>
    [Fact]
    public async Task Merges_WhatNeitherSideHas_IsFound()
    {
        var found = await FindAsync(
            $"""
            echo a > a; git add a; git commit -qm base; git tag base
            git checkout -qb side; echo b > b; git add b; git commit -qm side; git checkout -q -; echo c > c; git add c; git commit -qm main
            git merge -q --no-commit side; printf 'a\n{"ghp_"}{Chance[..36]}\n' > a; git add a; git commit -qm merged
            echo a > a; git add a; git commit -qm gone
            """);

        Assert.Equal("a: a GitHub token in line 2", Assert.Single(found).Line);
    }

    [Fact]
    public async Task CleanDraft_OfTwoHundredFiles_TakesLessThanASecond()
    {
        await PrepareAsync("echo a > a; git add a; git commit -qm base; git tag base; for i in $(seq 200); do seq 400 | sed \"s/^/let value_$i = compute(/\" > f$i.js; done; git add -A; git commit -qm work");
        await FindAsync();
        var began = Stopwatch.GetTimestamp();

        var found = await FindAsync();

        var took = Stopwatch.GetElapsedTime(began);
        TestContext.Current.SendDiagnosticMessage($"a clean draft of 200 files, 80,000 lines: {took.TotalMilliseconds:0} ms");
        Assert.Empty(found);
        Assert.True(took < TimeSpan.FromSeconds(1), $"{took.TotalMilliseconds:0} ms");
    }

    private async Task<IReadOnlyList<PushFinding>> FindAsync(string script)
    {
        await PrepareAsync(script);
        return await FindAsync();
    }

    private Task<string> PrepareAsync(string script) =>
        _repository.ShellAsync($"set -e; git init -q --template= .; git config user.name x; git config user.email x@example.org; {script}");

    private async Task<IReadOnlyList<PushFinding>> FindAsync()
    {
        var ids = (await _repository.ShellAsync("git rev-parse HEAD base")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var bounds = new UnpackBounds { MaxMemoryBytes = 768L << 20, MaxPackBytes = 100L << 20, MaxObjectBytes = 100L << 20, Timeout = TimeSpan.FromMinutes(1) };
        return await new LeavingPolicy(new GitProcess("git", _repository.Folder), bounds, _repository.GitDirectory).FindAsync(ids[0], [ids[1]], ids[1], Token);
    }
}
