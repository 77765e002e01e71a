using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>
/// A search of a sandbox from inside, as a script of bash: the environment, every process's environment and command line, git's
/// configuration, and every file. It prints <c>NAME in PLACE</c> for each find and never a value.
/// </summary>
internal static class SecretSearch
{
    /// <summary>What the script plants itself and looks for too, to show that it would find.</summary>
    public const string Needle = "needle";

    /// <summary>A line that stands in a file of <c>/usr</c>, which is read whenever it changed.</summary>
    public const string Usr = "usr";

    /// <summary>The script. No search may find itself, so every value is put together inside.</summary>
    /// <param name="secrets">What is looked for, by name.</param>
    /// <param name="since">Before the secrets were made. A file that did not change since holds none, and nobody can set back when a file
    /// changed; so of the gigabytes of <c>/usr</c> only what is newer is read.</param>
    /// <param name="isLong">Reads every file all the same.</param>
    public static string Script(IReadOnlyDictionary<string, string> secrets, DateTimeOffset since, bool isLong)
    {
        var which = isLong ? "-true" : $"-newerct @{since.AddSeconds(-1).ToUnixTimeSeconds()} -o -path /usr/lib/os-release";
        return $$"""
            names=({{string.Join(' ', secrets.Keys)}})
            values=({{string.Join(' ', secrets.Values.Select(Halves))}})
            export NEEDLE=planted-{{RandomNumberGenerator.GetHexString(24)}}
            echo "$NEEDLE" > ~/needle; git config --global drafthorse.needle "$NEEDLE"; sleep 600 & sleeper=$!
            names+=({{Needle}}); values+=("$NEEDLE")
            names+=({{Usr}}); values+=("$(grep PRETTY_NAME /usr/lib/os-release)")
            look() { for i in "${!values[@]}"; do case $2 in *"${values[i]}"*) echo "${names[i]} in $1" ;; esac; done; }
            {
              look env "$(env)"
              look 'git configuration' "$(git config --list --show-origin)"
              for f in /proc/[0-9]*/environ /proc/[0-9]*/cmdline; do look "$f" "$(tr '\0' '\n' < "$f")"; done
            } 2>/dev/null
            roots=(/dev/shm)
            for d in /* /.[!.]*; do case $d in /proc|/sys|/dev) ;; *) [ -L "$d" ] || roots+=("$d") ;; esac; done
            exec 3>&1
            files=$({
              timeout 300 find "${roots[@]}" -type f \( {{which}} \) -print0 2>/dev/null
              [ $? -ne 124 ] || echo 'the search did not end' >&3
            } | LC_ALL=C xargs -0 -r grep -lsaF "${values[@]/#/-e}")
            while read -r f; do
              for i in "${!values[@]}"; do ! grep -qaF -f <(printf '%s\n' "${values[i]}") "$f" || echo "${names[i]} in $f"; done
            done <<< "$files"
            kill $sleeper
            """;
    }

    /// <summary>From outside, as root: the processes of sandboxes whose environment holds a value, and so also of daemons that hide theirs.</summary>
    public static IEnumerable<string> InProcesses(IReadOnlyDictionary<string, string> secrets)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            string environment;
            try
            {
                if (!File.ReadLines(Path.Combine(process, "status")).Any(line => line.StartsWith("NSpid:", StringComparison.Ordinal) && line.Split('\t').Length > 2))
                    continue;
                environment = File.ReadAllText(Path.Combine(process, "environ"), Encoding.Latin1);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended, or we are not root.
                continue;
            }

            foreach (var (name, value) in secrets.Where(secret => environment.Contains(secret.Value, StringComparison.Ordinal)))
                yield return $"{name} in {process}";
        }
    }

    private static string Halves(string value) => $"'{value[..(value.Length / 2)]}''{value[(value.Length / 2)..]}'";
}
