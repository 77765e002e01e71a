using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Drafthorse.Harness.Text;

/// <summary>Reads a YAML file that somebody else wrote: one mapping, without aliases, bounded in depth and number of values.</summary>
internal static class StrictYaml
{
    private const int MaxEvents = 5000;
    private const int MaxDepth = 8;
    private const int MaxProblem = 200;

    /// <summary>The file's mapping; an empty one for an empty file.</summary>
    /// <param name="text">The file's text. Its length is for the caller to bound.</param>
    /// <param name="mistake">Makes the exception for a mistake, from its line (from 1), what is wrong, and what was thrown.</param>
    public static YamlMappingNode Load(string text, Func<long, string, Exception?, Exception> mistake)
    {
        try
        {
            CheckEvents(text, mistake);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count > 1)
                throw mistake(stream.Documents[1].RootNode.Start.Line, "only one document is allowed; remove the line with '---'.", null);
            return stream.Documents switch
            {
                [] => [],
                [{ RootNode: YamlMappingNode mapping }] => mapping,
                [{ RootNode: YamlScalarNode { Value: null or "", Style: ScalarStyle.Plain } }] => [],
                [var document, ..] => throw mistake(document.RootNode.Start.Line, "the file must hold 'key: value' lines.", null),
            };
        }
        catch (YamlException exception)
        {
            var problem = ForeignText.Line(exception.Message);
            throw mistake(exception.Start.Line, $"this is not valid YAML: {(problem.Length > MaxProblem ? $"{problem[..MaxProblem]}…" : problem)}", exception);
        }
    }

    // Before anything is built from it: aliases could make a small file enormous, and depth costs stack.
    private static void CheckEvents(string text, Func<long, string, Exception?, Exception> mistake)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        for (var events = 0; parser.MoveNext(); events++)
        {
            var current = parser.Current!;
            depth += current.NestingIncrease;
            if (current is AnchorAlias || current is NodeEvent { Anchor.IsEmpty: false })
                throw mistake(current.Start.Line, "anchors (&) and aliases (*) are not allowed; write the value out.", null);
            if (depth > MaxDepth + 2)
                throw mistake(current.Start.Line, "the value is nested too deeply.", null);
            if (events > MaxEvents)
                throw mistake(current.Start.Line, "the file has too many values.", null);
        }
    }
}
