using System.Globalization;
using System.Text;
using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Commenting;

/// <summary>What people are asked to decide, as a comment shows it: raw, with what nobody would see made visible.</summary>
internal static class ApprovalWords
{
    /// <summary>GitHub takes 65,536 characters in a body; the rest of a reply needs some too.</summary>
    private const int MostShown = 45_000;

    /// <summary>Whether a comment can show a text whole.</summary>
    public static bool Fits(string text) => ForeignText.Visible(text).Length <= MostShown;

    public static void Append(StringBuilder comment, IReadOnlyList<ApprovalAsked> asked)
    {
        var room = MostShown;
        foreach (var approval in asked.Where(approval => approval.Kind != ApprovalKinds.Question))
        {
            var shown = ForeignText.Visible(approval.Kind == ApprovalKinds.Plan ? PlanLines.Numbered(approval.Text) : approval.Text);
            var hash = approval.Hash[..8];
            comment.Append(CultureInfo.InvariantCulture, $"\n\n**Please decide about {ApprovalKinds.Words(approval.Kind)} `{hash}`:**\n\n");
            comment.Append(shown.Length <= room ? SafeMarkdown.Block(shown, room) : $"It is too long to stand here. See it with `drafthorse approvals show {approval.Id}`.");
            room -= Math.Min(room, shown.Length);
            comment.Append(CultureInfo.InvariantCulture, $"\n\nMention me with `approve {hash}`, or with `reject {hash}` and why{(approval.Kind == ApprovalKinds.Plan ? " (\"line 3\" brings that line along)" : "")}. That is for {approval.WhoMay}, until {approval.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC; no answer counts as a no.");
        }
    }
}
