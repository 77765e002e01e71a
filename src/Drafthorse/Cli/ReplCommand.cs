using System.CommandLine;
using System.CommandLine.Parsing;
using Drafthorse.Harness.Models;
using Drafthorse.Repl;
using Drafthorse.Terminal;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse ["prompt"]</c>: the conversation in the terminal.</summary>
internal static class ReplCommand
{
    private static readonly Argument<string?> Prompt = new("prompt") { Arity = ArgumentArity.ZeroOrOne, Description = "The first message, in quotes; the conversation goes on after it." };
    private static readonly Option<string?> Model = new("--model") { HelpName = "spec", Description = "The model, as provider:model." };
    private static readonly Option<string?> Sandbox = new("--sandbox") { HelpName = "kind", Description = "Where tools act: local (default), bubblewrap or docker." };
    private static readonly Option<bool> New = new("--new") { Description = "A new thread (the default)." };
    private static readonly Option<bool> Continue = new("--continue") { Description = "Go on with the newest thread of this folder." };
    private static readonly Option<string?> Resume = new("--resume") { HelpName = "id", Description = "Go on with this thread: an id, its first digits, or a key." };

    public static void AddTo(RootCommand root, Interrupts interrupts)
    {
        Sandbox.Validators.Add(SandboxOption.Check);
        root.Add(Prompt);
        foreach (Option option in (Option[])[Model, Sandbox, New, Continue, Resume])
            root.Add(option);
        root.Validators.Add(result =>
        {
            if (new Option[] { New, Continue, Resume }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
                result.AddError("--new, --continue and --resume exclude each other: give one.");
        });
        root.SetAction((parsed, _) => ReplSession.RunAsync(
            new ReplOptions
            {
                Model = parsed.GetValue(Model) is { } model ? ModelSpec.Parse(model) : null,
                Sandbox = parsed.GetValue(Sandbox),
                GoesOn = parsed.GetValue(Continue),
                Thread = parsed.GetValue(Resume),
                Prompt = parsed.GetValue(Prompt),
            },
            interrupts));
    }

    /// <summary>A single word that no command is: it would be sent, and paid for, as a message.</summary>
    public static string? Mistyped(ParseResult parsed, string[] args)
    {
        if (parsed.CommandResult.Command is not RootCommand root || args.Contains("--") || parsed.GetResult(Prompt) is not { Tokens: [{ Value: var word }] } || word.Any(char.IsWhiteSpace) || !word.All(char.IsAscii))
            return null;
        var meant = CommandWords.Nearest(word, [.. root.Subcommands.Select(command => command.Name)]);
        return $"There is no command {word}. {(meant is null ? "" : $"Did you mean {meant}? ")}A message of one word goes after --, as in: drafthorse -- {word}";
    }
}
