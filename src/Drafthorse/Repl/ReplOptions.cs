using Drafthorse.Harness.Models;

namespace Drafthorse.Repl;

/// <summary>What the command line says of a conversation.</summary>
internal sealed record ReplOptions
{
    /// <summary>The model; null = that of the settings.</summary>
    public ModelSpec? Model { get; init; }

    /// <summary>The kind of sandbox; null = that of the settings, else local.</summary>
    public string? Sandbox { get; init; }

    /// <summary>Whether the newest thread of the folder is gone on with.</summary>
    public bool GoesOn { get; init; }

    /// <summary>The thread that is gone on with, in a person's words; null = none that is named.</summary>
    public string? Thread { get; init; }

    /// <summary>The first message; null = it is asked for.</summary>
    public string? Prompt { get; init; }
}
