using System.CommandLine.Parsing;

namespace Drafthorse.Cli;

/// <summary>The kinds that <c>--sandbox</c> takes.</summary>
internal static class SandboxOption
{
    private static readonly string[] Kinds = ["local", "bubblewrap", "docker"];

    public static void Check(OptionResult result)
    {
        var kind = result.Tokens is [.., var token] ? token.Value : "";
        if (!Kinds.Contains(kind))
            result.AddError($"--sandbox must be local, bubblewrap or docker{(kind is "folder" or "kubernetes" or "remote" ? $"; {kind} is not there yet" : "")}.");
    }
}
