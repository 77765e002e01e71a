namespace Drafthorse.Harness.Brief.Commands;

/// <summary>A command that a file of the project names or stands for.</summary>
/// <param name="Purpose">What it is for.</param>
/// <param name="Text">The command line.</param>
/// <param name="File">The file that it was found in.</param>
/// <param name="Folder">The folder that it is run in, below the root; empty for the root.</param>
/// <param name="Detail">What the file has it do, where the command is only a name for that.</param>
internal sealed record FoundCommand(CommandPurpose Purpose, string Text, string File, string Folder = "", string Detail = "");

/// <summary>What a command is for.</summary>
internal enum CommandPurpose
{
    /// <summary>Prepares a checkout.</summary>
    Setup,

    /// <summary>Builds.</summary>
    Build,

    /// <summary>Runs tests.</summary>
    Test,

    /// <summary>Checks the sources' form: linters, formatters, types.</summary>
    Lint,

    /// <summary>Is run by code before a draft counts as verified.</summary>
    Verify,
}
