using System.Globalization;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.WorkspaceChecks;

/// <summary>Something that is wrong in a workspace.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Line">The line, from 1; 0 for the whole.</param>
/// <param name="Reason">What is wrong, and what to do.</param>
/// <param name="IsFault">Whether the file cannot be used as it is; else it is only odd.</param>
internal sealed record WorkspaceFinding(string Path, long Line, string Reason, bool IsFault = true)
{
    /// <summary>As compilers write it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ForeignText.Name(Path)}{(Line > 0 ? $":{Line}" : "")}: {ForeignText.Line(Reason)}");
}
