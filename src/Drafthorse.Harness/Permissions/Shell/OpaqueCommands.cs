namespace Drafthorse.Harness.Permissions.Shell;

/// <summary>
/// Simple commands whose words do not tell what they do: they run other commands, code or script files, or change what later words mean.
/// </summary>
internal static class OpaqueCommands
{
    private static readonly string[] ProgramFolders = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/"];

    /// <summary>Shells, what runs the command in its words, what takes orders from its input, and what the shell itself obeys.</summary>
    private static readonly HashSet<string> Always = new(StringComparer.Ordinal)
    {
        "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "pwsh", "busybox", "toybox",
        "env", "xargs", "parallel", "eval", "exec", "command", "builtin", "source", ".", "nohup", "nice", "ionice", "chrt", "taskset", "timeout", "stdbuf", "setsid", "script", "watch",
        "sudo", "doas", "su", "runuser", "setpriv", "capsh", "chroot", "unshare", "nsenter", "bwrap", "flock", "strace", "ltrace", "gdb", "perf", "entr", "expect", "unbuffer", "faketime", "fakeroot",
        "ssh", "rsh", "docker", "podman", "kubectl", "lxc-attach", "machinectl", "systemd-run", "at", "batch", "crontab", "screen", "tmux", "socat", "nc", "ncat", "start-stop-daemon", "run-parts",
        "awk", "gawk", "mawk", "nawk", "perl", "ruby", "php", "lua", "luajit", "tclsh", "Rscript", "osascript", "groovy", "jshell", "jjs", "bc", "dc", "m4", "gnuplot",
        "ed", "ex", "vi", "vim", "nvim", "view", "emacs", "nano", "less", "more", "man", "npx", "bunx", "uvx",
        "export", "declare", "typeset", "local", "readonly", "alias", "unalias", "unset", "trap", "enable", "hash", "shopt", "bind", "complete", "read", "mapfile", "readarray", "let", "getopts", "fc",
    };

    /// <summary>Programs and the first word after their name that makes them run something else.</summary>
    private static readonly HashSet<string> Runners = new(StringComparer.Ordinal)
    {
        "npm exec", "npm x", "npm explore", "npm init", "npm create", "pnpm exec", "pnpm dlx", "pnpm create", "yarn exec", "yarn dlx", "yarn node", "yarn create", "bun x", "bun run", "bun -e", "deno run", "deno eval", "deno task",
        "uv run", "pipx run", "poetry run", "poetry shell", "pipenv run", "pipenv shell", "pdm run", "hatch run", "conda run", "mise exec", "mise x", "asdf exec", "direnv exec", "rbenv exec", "pyenv exec", "bundle exec",
        "dotnet exec", "dotnet script", "dotnet fsi", "go run", "go generate", "go tool", "nix run", "nix shell", "nix develop", "cargo script",
    };

    /// <summary>Interpreters: what follows is a script file, or code.</summary>
    private static readonly string[] Interpreters = ["python", "node", "nodejs", "deno", "bun", "java", "php", "pypy", "guile", "racket", "scala", "kotlin", "elixir", "erl", "swift", "tsx", "ts-node"];

    /// <summary>Programs, and how words begin that make them run something else.</summary>
    private static readonly Dictionary<string, string[]> RunningOptions = new(StringComparer.Ordinal)
    {
        ["find"] = ["-exec", "-ok", "-fprint", "-fls", "-files0"],
        ["fd"] = ["-x", "-X", "--exec"],
        ["rg"] = ["--pre"],
        ["tar"] = ["--to-c", "--checkp", "--use-c", "-I", "--rsh", "--rmt", "-F", "--info", "--new-v"],
        ["rsync"] = ["-e", "--rsh", "--rsync-path"],
        ["zip"] = ["-TT", "--unzip-command"],
        ["sort"] = ["--compress-prog"],
        ["split"] = ["--filter"],
        ["wget"] = ["--use-askpass", "-e", "--execute"],
        ["curl"] = ["-K", "--config"],
        ["gcc"] = ["-wrapper", "-fplugin", "@"],
        ["make"] = ["SHELL=", "--eval", "-E"],
        ["cargo"] = ["--config"],
        ["printf"] = ["-v"],
        ["test"] = ["-v"],
    };

    private static readonly Dictionary<string, Func<IReadOnlyList<ShellWord>, bool>> Special = new(StringComparer.Ordinal)
    {
        ["git"] = IsOpaqueGit,
        ["sed"] = words => !IsPrintingSed(words),
        ["set"] = words => !words.Skip(1).All(word => word.Text is "-e" or "-u" or "-x" or "-eu" or "-ex" or "-eux" or "-euo" or "-euxo" or "-o" or "pipefail" or "+e" or "+x"),
    };

    /// <summary>Git's own commands that do what their name says; another may be an alias, or a program on the path.</summary>
    private static readonly HashSet<string> GitCommands = new(StringComparer.Ordinal)
    {
        "add", "am", "annotate", "apply", "archive", "blame", "branch", "bundle", "cat-file", "check-attr", "check-ignore", "checkout", "cherry", "cherry-pick", "clean", "clone", "commit", "count-objects",
        "describe", "diff", "diff-index", "diff-tree", "fetch", "format-patch", "fsck", "gc", "grep", "hash-object", "init", "log", "ls-files", "ls-remote", "ls-tree", "merge", "merge-base", "mv", "name-rev", "notes",
        "pull", "push", "range-diff", "rebase", "reflog", "remote", "repack", "reset", "restore", "rev-list", "rev-parse", "revert", "rm", "shortlog", "show", "show-ref", "stash", "status", "switch", "symbolic-ref",
        "tag", "update-index", "update-ref", "verify-commit", "version", "whatchanged", "worktree", "write-tree", "--version",
    };

    /// <summary>Why the words do not tell what happens, or null.</summary>
    public static string? WhyNot(IReadOnlyList<ShellWord> command)
    {
        if (command[0].IsOpen || command[0].Text.Length == 0)
            return "a command whose name the shell makes up";
        var name = NameOf(command[0].Text);
        if (name.Contains('/', StringComparison.Ordinal))
            return $"the file {name}, which is run";
        if (Always.Contains(name))
            return name == "." ? "the command ., which runs a file" : $"the command {name}, which runs others or changes what they mean";
        if (command.Count > 1 && (Runners.Contains($"{name} {command[1].Text}") || command[1].IsOpen && Runners.Any(runner => runner.StartsWith($"{name} ", StringComparison.Ordinal))))
            return $"{name} {command[1].Text}, which runs other commands";
        if (IsInterpreter(name) && !RunsModule(command))
            return $"{name}, which runs code";
        if (RunningOptions.TryGetValue(name, out var options) && command.Skip(1).FirstOrDefault(word => word.IsOpen && word.Text.StartsWith('-') || options.Any(option => word.Text.StartsWith(option, StringComparison.Ordinal))) is { Text: { } found })
            return $"{name} with {found}, which runs other commands";
        return Special.TryGetValue(name, out var isOpaque) && isOpaque(command) ? $"{name} in a form that may run other commands" : null;
    }

    /// <summary>The name of a program; one from the system's folders is the same as by its name alone.</summary>
    public static string NameOf(string word)
    {
        foreach (var folder in ProgramFolders)
        {
            if (word.StartsWith(folder, StringComparison.Ordinal) && word.IndexOf('/', folder.Length) < 0)
                return word[folder.Length..];
        }

        return word;
    }

    private static bool IsInterpreter(string name) =>
        Array.Exists(Interpreters, interpreter => name.StartsWith(interpreter, StringComparison.Ordinal) && name[interpreter.Length..].All(letter => char.IsAsciiDigit(letter) || letter is '.' or 't'));

    /// <summary>A module by its name says as much as a program by its name.</summary>
    private static bool RunsModule(IReadOnlyList<ShellWord> command) =>
        command.Count > 1 && !command[1].IsOpen && (command[1].Text is "--version" or "-V" && command.Count == 2 || command[1].Text == "-m" && NameOf(command[0].Text).StartsWith("py", StringComparison.Ordinal) && command.Count > 2 && !command[2].IsOpen && command[2].Text is not ("code" or "pdb" or "runpy" or "timeit" or "cProfile" or "profile" or "trace"));

    private static bool IsOpaqueGit(IReadOnlyList<ShellWord> words)
    {
        var at = words.Count > 1 && words[1].Text == "--no-pager" ? 2 : 1;
        if (words.Count <= at)
            return false;
        var name = words[at].Text;
        return words[at].IsOpen || !GitCommands.Contains(name) || words.Skip(at + 1).Any(word => word.IsOpen && word.Text.StartsWith('-') || RunsInGit(name, word.Text));
    }

    /// <summary>Options may be shortened, and merged when they have one letter.</summary>
    private static bool RunsInGit(string command, string word) => command switch
    {
        "rebase" => IsOption(word, "--exec", 'x'),
        "grep" => IsOption(word, "--open-files-in-pager", 'O'),
        "fetch" or "pull" or "clone" or "ls-remote" or "push" or "archive" =>
            IsOption(word, "--upload-pack", command is "clone" ? 'u' : '\0') || IsOption(word, "--receive-pack", '\0') || IsOption(word, "--exec", '\0') || IsOption(word, "--config", command == "clone" ? 'c' : '\0')
            || word.StartsWith("ext::", StringComparison.Ordinal),
        "diff" or "log" or "show" or "format-patch" or "blame" or "annotate" => IsOption(word, "--ext-diff", '\0') || IsOption(word, "--textconv", '\0'),
        _ => false,
    };

    private static bool IsOption(string word, string option, char letter) =>
        word.Length > 3 && word.StartsWith("--", StringComparison.Ordinal) && option.StartsWith(word.Split('=')[0], StringComparison.Ordinal)
        || letter != '\0' && word.Length > 1 && word[0] == '-' && word[1] != '-' && word.Contains(letter, StringComparison.Ordinal);

    private static bool IsPrintingSed(IReadOnlyList<ShellWord> words) =>
        words.Count > 2 && words[1] is { Text: "-n", IsOpen: false } && words[2].Text is [.. var lines, 'p'] && lines.All(letter => char.IsAsciiDigit(letter) || letter is ',' or '$')
        && words.Skip(3).All(word => !word.Text.StartsWith('-') && !word.IsOpen);
}
