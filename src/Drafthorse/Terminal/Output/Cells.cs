using System.Text;
using Spectre.Console.Rendering;

namespace Drafthorse.Terminal.Output;

/// <summary>How wide text is on a terminal: East Asian characters and most emoji take two cells.</summary>
internal static class Cells
{
    public static int Of(string text) => Ascii.IsValid(text) ? text.Length : new Segment(text).CellCount();
}
