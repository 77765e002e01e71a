using System.Text;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Skills;

/// <summary>Drafts of skills that agents wrote: in the overlay, used by nobody until a person promotes them.</summary>
internal sealed class SkillProposals(IWorkspaceFiles overlay)
{
    public const string Folder = "proposals/skills";

    private const int MostOpen = 50;
    private const int Tries = 20;

    /// <summary>Keeps a draft. Returns what is wrong, or null. Throws <see cref="WorkspaceException"/>.</summary>
    /// <param name="name">The skill's name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="body">Its instructions.</param>
    /// <param name="from">Where it comes from, in one line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string?> SaveAsync(string name, string description, string body, string from, CancellationToken cancellationToken)
    {
        var text = $"---\nname: {name}\ndescription: {Quote(description)}\nmetadata:\n  proposed-by: {Quote(from)}\n---\n{body.Trim()}\n";
        if (ForeignText.Visible(text) != text.ReplaceLineEndings("\n"))
            return "the text holds characters that nobody sees. Write plain text.";
        var (skill, problems) = SkillFormat.Read(name, text);
        if (skill is null)
            return problems[0].Reason;
        if (skill.Body.Length == 0)
            return "the body is empty: say step by step how the work is done.";
        var path = PathOf(name);
        var open = (await overlay.ListAsync(null, cancellationToken).ConfigureAwait(false)).Below(Folder).ToList();
        if (open.Count >= MostOpen && open.TrueForAll(file => file.Path != path))
            return $"there are {open.Count} drafts already that nobody has looked at. Propose nothing more.";
        for (var tries = 0; tries < Tries; tries++)
        {
            var before = await overlay.ReadAsync(path, SkillFormat.MostBytes, cancellationToken).ConfigureAwait(false);
            if (await overlay.TryWriteAsync(path, before, Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false))
                return null;
        }

        return "the draft is being written by others at the same time. Try again.";
    }

    /// <summary>The names of the drafts.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await overlay.ListAsync(null, cancellationToken).ConfigureAwait(false)).Below(Folder).Select(file => file.Path.Split('/')).Where(parts => parts.Length == 4).Select(parts => parts[2])];

    /// <summary>A draft's text, or null.</summary>
    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) =>
        IsName(name) ? await overlay.ReadAsync(PathOf(name), SkillFormat.MostBytes, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>Removes a draft that still is what was looked at.</summary>
    public Task<bool> RemoveAsync(string name, byte[] seen, CancellationToken cancellationToken) => overlay.TryWriteAsync(PathOf(name), seen, null, cancellationToken);

    /// <summary>A name is a folder's, whoever asks.</summary>
    private static bool IsName(string name) => name.Length is > 0 and <= SkillFormat.MostName && name.All(letter => char.IsLetterOrDigit(letter) || letter == '-');

    private static string PathOf(string name) => $"{Folder}/{name}/SKILL.md";

    private static string Quote(string text) => $"\"{text.ReplaceLineEndings(" ").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
