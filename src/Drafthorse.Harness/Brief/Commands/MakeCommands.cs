namespace Drafthorse.Harness.Brief.Commands;

/// <summary>Targets of a makefile that build, test or check. Nothing is expanded.</summary>
internal static class MakeCommands
{
    private const int MaxTargets = 8;

    public static IEnumerable<FoundCommand> Find(Manifest file)
    {
        var targets = Targets(file.Text);
        var found = targets.Select(target => (Target: target, Purpose: PurposeOf(target))).Where(target => target.Purpose is not null)
            .OrderBy(target => target.Purpose).Take(MaxTargets)
            .Select(target => new FoundCommand(target.Purpose!.Value, $"make {target.Target}", file.Path, file.Folder)).ToList();
        return targets.Count > 0 && !found.Exists(command => command.Purpose == CommandPurpose.Build) ? [new FoundCommand(CommandPurpose.Build, "make", file.Path, file.Folder), .. found] : found;
    }

    /// <summary><c>make check</c> runs tests, by the GNU coding standards.</summary>
    private static CommandPurpose? PurposeOf(string target) => target is "check" ? CommandPurpose.Test : CommandWords.OfName(target);

    private static List<string> Targets(string text)
    {
        var targets = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line is ['\t' or ' ' or '#' or '.', ..] || line.IndexOf(':') is not (var colon and > 0) || line[(colon + 1)..] is ['=', ..] or [':', '=', ..] || line[..colon].Contains('='))
                continue;
            foreach (var range in line[..colon].Split(' '))
            {
                var name = line[..colon][range].Trim();
                if (name.Length > 0 && targets.Count < 500 && CommandWords.IsPlain(name.ToString()) && seen.Add(name.ToString()))
                    targets.Add(name.ToString());
            }
        }

        return targets;
    }
}
