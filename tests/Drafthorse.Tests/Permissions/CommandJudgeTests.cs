using System.Diagnostics;
using Drafthorse.Harness;
using Drafthorse.Harness.Permissions;

namespace Drafthorse.Tests.Permissions;

/// <summary>Command lines, and what becomes of them where git push and rm are denied, npm publish and curl are asked about, and all else may be done.</summary>
public sealed class CommandJudgeTests
{
    private static readonly PermissionRules Rules = PermissionReader.Of(
        "the server", ["execute(git push)", "execute(rm)", "execute(sudo)"], ["execute(npm publish)", "execute(curl)"], ["execute(git log)", "execute(npm test)"], null);

    private static readonly PermissionRules OnlyListed = PermissionReader.Of("the server", [], [], ["execute(git log)", "execute(npm test)", "execute(ls)", "execute(python3 -m pytest)"], "ask");

    /// <summary>The first words of one simple command.</summary>
    [Theory]
    [InlineData("git status", "allow")]
    [InlineData("git push", "deny")]
    [InlineData("git push origin main --force", "deny")]
    [InlineData("  git   push", "deny")]
    [InlineData("g'it' \"pu\"sh", "deny")]
    [InlineData("g\\it push", "deny")]
    [InlineData("git pu\\\nsh", "deny")]
    [InlineData("/usr/bin/git push", "deny")]
    [InlineData("git -C x push", "ask")]
    [InlineData("git --no-pager push", "ask")]
    [InlineData("git -c alias.x=push x", "ask")]
    [InlineData("git p*sh", "ask")]
    [InlineData("git {push,--all}", "ask")]
    [InlineData("git x", "ask")]
    [InlineData("git commit -m push", "allow")]
    [InlineData("git log --oneline # git push", "allow")]
    [InlineData("npm test", "allow")]
    [InlineData("npm publish", "ask")]
    [InlineData("npm --silent publish", "ask")]
    [InlineData("echo 'git push; rm -rf x $(y)'", "allow")]
    [InlineData("cat *.cs", "allow")]
    [InlineData("ls > /dev/null 2>&1", "allow")]
    [InlineData("[ -f x ]", "allow")]
    [InlineData("sudo git status", "deny")]
    [InlineData("gitpush", "allow")]
    [InlineData("Git push", "allow")]
    public void Judge_SimpleCommand(string line, string expected) => Expect(line, expected);

    [Theory]
    [InlineData("git status && git push", "deny")]
    [InlineData("git status && npm test", "allow")]
    [InlineData("git push && true", "deny")]
    [InlineData("true &&git push", "deny")]
    [InlineData("true &&\n git push", "deny")]
    [InlineData("true && curl x && rm y", "deny")]
    public void Judge_And(string line, string expected) => Expect(line, expected);

    [Theory]
    [InlineData("false || git push", "deny")]
    [InlineData("false || npm test", "allow")]
    [InlineData("false||rm x", "deny")]
    [InlineData("npm test || curl x", "ask")]
    [InlineData("a || b || git push", "deny")]
    public void Judge_Or(string line, string expected) => Expect(line, expected);

    [Theory]
    [InlineData("true; git push", "deny")]
    [InlineData("true;rm x;", "deny")]
    [InlineData("true\ngit push", "deny")]
    [InlineData("npm test; git status", "allow")]
    [InlineData("true ;; git push", "ask")]
    [InlineData("; git push", "ask")]
    [InlineData("# nothing\ngit push", "deny")]
    public void Judge_Semicolon(string line, string expected) => Expect(line, expected);

    [Theory]
    [InlineData("git log | head", "allow")]
    [InlineData("yes | git push", "deny")]
    [InlineData("cat x|rm y", "deny")]
    [InlineData("curl x | tee y", "ask")]
    [InlineData("cat x | sh", "ask")]
    [InlineData("cat x |& rm y", "ask")]
    [InlineData("git log |", "ask")]
    [InlineData("git status & git push", "ask")]
    public void Judge_Pipe(string line, string expected) => Expect(line, expected);

    [Theory]
    [InlineData("$(git push)")]
    [InlineData("echo $(git push)")]
    [InlineData("echo `git push`")]
    [InlineData("echo \"$(git push)\"")]
    [InlineData("x=push; git $x")]
    [InlineData("git ${x}")]
    [InlineData("$x")]
    [InlineData("diff <(git push) x")]
    [InlineData("echo $((1 + 1))")]
    [InlineData("$'git' push")]
    public void Judge_Substitution_IsNotUnderstood(string line) => Expect(line, "ask");

    [Theory]
    [InlineData("sh <<X\ngit push\nX")]
    [InlineData("cat <<'X'\ngit push\nX")]
    [InlineData("cat <<-X\nX")]
    [InlineData("bash <<< 'git push'")]
    [InlineData("sh < file")]
    [InlineData("echo 'git push' > x.sh")]
    public void Judge_HereDocumentOrFile_IsNotUnderstood(string line) => Expect(line, "ask");

    [Theory]
    [InlineData("sh -c 'git push'")]
    [InlineData("/bin/sh -c 'git push'")]
    [InlineData("bash -lc \"git push\"")]
    [InlineData("busybox sh -c 'rm x'")]
    [InlineData("eval git push")]
    [InlineData("exec git push")]
    [InlineData("python3 -c 'import os'")]
    [InlineData("perl -e 'system(1)'")]
    [InlineData("node -e '1'")]
    [InlineData("awk 'BEGIN{system(\"git push\")}'")]
    [InlineData("sed '1e git push' x")]
    public void Judge_ShellOrCode_IsNotUnderstood(string line) => Expect(line, "ask");

    [Theory]
    [InlineData("env git push")]
    [InlineData("env -S 'git push'")]
    [InlineData("GIT_DIR=x git status")]
    [InlineData("PATH='.' git status")]
    [InlineData("command git push")]
    [InlineData("nohup git push")]
    [InlineData("timeout 5 git push")]
    [InlineData("export PATH=.; git status")]
    [InlineData("alias ls=rm")]
    public void Judge_Env_IsNotUnderstood(string line) => Expect(line, "ask");

    [Theory]
    [InlineData("xargs git push")]
    [InlineData("echo x | xargs rm")]
    [InlineData("xargs -n1 sh -c 'git push'")]
    [InlineData("/usr/bin/xargs rm")]
    [InlineData("parallel rm ::: x")]
    [InlineData("npx anything")]
    [InlineData("npm exec anything")]
    public void Judge_Xargs_IsNotUnderstood(string line) => Expect(line, "ask");

    [Theory]
    [InlineData("find . -name x", "allow")]
    [InlineData("find . -exec rm {} +", "ask")]
    [InlineData("find . -execdir git push ;", "ask")]
    [InlineData("find . -ok rm {} \\;", "ask")]
    [InlineData("find . -ex* rm", "ask")]
    [InlineData("find . -fprint x", "ask")]
    [InlineData("git rebase --exec 'git push' main", "ask")]
    [InlineData("git rebase --exe='x' main", "ask")]
    [InlineData("git rebase -ix main", "ask")]
    [InlineData("git submodule foreach 'git push'", "ask")]
    [InlineData("git bisect run sh x", "ask")]
    [InlineData("tar -xf x --to-command=sh", "ask")]
    public void Judge_FindExec(string line, string expected) => Expect(line, expected);

    [Theory]
    [InlineData("./deploy.sh")]
    [InlineData("scripts/deploy")]
    [InlineData("sh deploy.sh")]
    [InlineData(". ./deploy.sh")]
    [InlineData("source deploy.sh")]
    [InlineData("python3 deploy.py")]
    [InlineData("/opt/tool/bin/git push")]
    [InlineData("~/bin/git status")]
    [InlineData("/usr/bin/../../x/git status")]
    public void Judge_ScriptFile_IsNotUnderstood(string line) => Expect(line, "ask");

    [Theory]
    [InlineData("if true; then git push; fi")]
    [InlineData("for x in 1; do git push; done")]
    [InlineData("(git push)")]
    [InlineData("{ git push; }")]
    [InlineData("! git push")]
    [InlineData("f() { git push; }; f")]
    [InlineData("git status\rgit push")]
    [InlineData("git\u00A0status")]
    [InlineData("'git")]
    [InlineData("git status \\")]
    [InlineData("   ")]
    [InlineData("''")]
    [InlineData("time git push")]
    public void Judge_TheRestOfTheLanguage_IsNotUnderstood(string line) => Expect(line, "ask");

    /// <summary>An allow-list allows what it names and understands, and nothing else.</summary>
    [Theory]
    [InlineData("git log -3", "allow")]
    [InlineData("git log -3 && npm test | ls *.cs", "allow")]
    [InlineData("python3 -m pytest -x", "allow")]
    [InlineData("git log $(git push)", "ask")]
    [InlineData("git -C x log", "ask")]
    [InlineData("git l*g", "ask")]
    [InlineData("git status", "ask")]
    [InlineData("git log > /tmp/x", "ask")]
    [InlineData("python3 -m pytest; python3 x.py", "ask")]
    [InlineData("lsx", "ask")]
    public void Judge_AllowList(string line, string expected) => Assert.Equal(expected, Verdict(OnlyListed, line));

    [Theory]
    [InlineData("git push", "deny")]
    [InlineData("$(x)", "deny")]
    [InlineData("sh -c x", "deny")]
    public void Judge_WholeToolDenied_NothingLiftsIt(string line, string expected) =>
        Assert.Equal(expected, Verdict(PermissionReader.Of("x", ["execute"], [], ["execute(git push)"], null), line));

    [Fact]
    public void Judge_NoRulesOnCommands_NothingIsAsked() => Assert.Equal("allow", Verdict(PermissionReader.Of("x", ["delete_file"], [], [], null), "sh -c \"$(x)\""));

    [Fact]
    public void Judge_StarsInRules_StandForAnything()
    {
        var rules = PermissionReader.Of("x", ["execute(npm run deploy*)", "execute(kubectl * prod)"], [], [], null);

        Assert.Equal(["deny", "allow", "deny"], new[] { "npm run deploy:prod", "npm run test", "kubectl apply prod" }.Select(line => Verdict(rules, line)));
    }

    /// <summary>Neither a rule nor a line can take long.</summary>
    [Fact]
    public void Judge_PatternsThatNeverEnd_EndSoon()
    {
        var stars = string.Concat(Enumerable.Repeat("a*", 140));
        var rules = PermissionReader.Of("x", [.. Enumerable.Range(0, 100).Select(index => $"execute({stars}{index})")], [], [], null);
        var began = Stopwatch.GetTimestamp();

        Assert.Equal("allow", Verdict(rules, new string('a', 2_000)));
        Assert.Equal("ask", Verdict(rules, new string('a', 15_000)));
        Assert.Equal("ask", Verdict(rules, new string('a', 5_000_000)));

        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
    }

    private static void Expect(string line, string expected) => Assert.Equal(expected, Verdict(Rules, line));

    private static string Verdict(PermissionRules rules, string line) => PermissionRules.Name(
        rules.Judge(new JudgedCall("execute", ToolEffect.Write, new Dictionary<string, object?> { ["command"] = line }, "/src/a/b")).Verdict);
}
