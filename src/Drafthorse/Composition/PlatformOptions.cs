using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Composition;

/// <summary>What a command decides beside the settings.</summary>
internal sealed record PlatformOptions
{
    /// <summary>The model that the command line names.</summary>
    public ModelSpec? Model { get; init; }

    /// <summary>The fallback models that the command line names; null = those of the settings.</summary>
    public IReadOnlyList<ModelSpec>? Fallbacks { get; init; }

    /// <summary>The kind of sandbox that the command line names.</summary>
    public string? Sandbox { get; init; }

    /// <summary>The kind when nobody named one; null = the best isolated one.</summary>
    public string? DefaultSandbox { get; init; }

    /// <summary>Whether tools may act on this machine itself when no isolated sandbox is ready.</summary>
    public bool MayBeLocal { get; init; }

    /// <summary>Where local tools work.</summary>
    public string? LocalDirectory { get; init; }

    /// <summary>The folder of this machine that threads without a repository have in an isolated sandbox; null = none.</summary>
    public string? Folder { get; init; }

    /// <summary>A budget of the command line's own.</summary>
    public ThreadBudget? Budget { get; init; }

    public ModelCallLimit Limit { get; init; } = new();

    /// <summary>Whether tools are declared to a model as its family was trained on them; else to all models alike.</summary>
    public bool DeclaresToolsByFamily { get; init; } = true;

    /// <summary>What a model's "done" has to stand up to where there is a repository; null = only red verifies and what keeps work from
    /// being handed in go back.</summary>
    public DoneGateOptions? DoneGate { get; init; } = new();

    /// <summary>Whether that holds also where work stays in a folder: not where a person reads along.</summary>
    public bool HasDoneGateInFolders { get; init; }

    /// <summary>What code checks work in a folder with; empty = nothing.</summary>
    public IReadOnlyList<string> FolderVerify { get; init; } = [];

    /// <summary>Whether there is a person to ask about tool calls; otherwise what would be asked is refused.</summary>
    public bool CanAsk { get; init; } = true;

    /// <summary>Whether sandboxes may take more than they are planned with, and models are told when one was too small; else they see exit codes.</summary>
    public bool HasHeadRoom { get; init; } = true;

    /// <summary>How long one command of a repository's <c>setup</c> or <c>verify</c> may take.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Has the last word on how the agent is put together; null = nothing to say.</summary>
    public Action<HarnessAgentBuilder>? Adjust { get; init; }

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Whether to wait as long as another process keeps the store locked, rather than fail.</summary>
    public bool WaitsForStore { get; init; }
}
