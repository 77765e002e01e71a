using Drafthorse.Harness.Text;
using Spectre.Console.Rendering;

namespace Drafthorse.Terminal;

/// <summary>Makes visible what would steer the terminal in all that a console is given to render. Its own colours are no text.</summary>
internal sealed class VisibleOutput : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(renderable => new Visible(renderable));

    private sealed class Visible(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(segment =>
            segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(ForeignText.Visible(segment.Text), segment.Style));
    }
}
