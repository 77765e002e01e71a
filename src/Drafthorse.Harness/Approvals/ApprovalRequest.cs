using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>What a person is to be asked to decide. Equal requests of one thread have one hash, so that code finds the answer again in a later run.</summary>
public sealed record ApprovalRequest
{
    /// <summary>The longest <see cref="Text"/>, in characters: it is shown whole, wherever people read.</summary>
    public const int MaxText = 30_000;

    private const int MaxTitle = 120;

    /// <summary>What it is about; see <see cref="ApprovalKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What exactly is to be decided: all that matters must stand in it, as the hash is made of it. At most <see cref="MaxText"/> characters.</summary>
    public required string Text { get; init; }

    /// <summary>One line for lists; null = the beginning of <see cref="Text"/>.</summary>
    public string? Title { get; init; }

    internal string TitleLine
    {
        get
        {
            var line = string.Join(' ', (Title ?? Text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return line.Length <= MaxTitle ? line : $"{line[..(MaxTitle - 3)]}...";
        }
    }

    /// <summary>The hash in a thread: also of its repository and the commit that its work started from.</summary>
    internal string HashIn(ThreadRecord thread, ThreadFacts facts)
    {
        var parts = string.Join('\0', Kind, thread.Origin.Repository?.FullName.ToLowerInvariant(), facts.BaseCommit, Text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts)));
    }
}
