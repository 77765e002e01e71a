using Drafthorse.Harness.Brief.Commands;
using Drafthorse.Harness.Brief.Probes;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Brief;

/// <summary>Looks at a project without a sandbox, and says what was found in a bounded number of tokens.</summary>
/// <param name="maxTokens">The bound, by the library's estimate.</param>
/// <param name="redact">Takes known secrets out.</param>
internal sealed class ProjectBrief(int maxTokens, Func<string, string> redact)
{
    /// <summary>The value of <see cref="EnvironmentDescribed.Part"/>.</summary>
    public const string Part = "project";

    private const double BytesPerToken = 3.3;
    private const string Words = "Before you began, code looked at the project's files, running nothing of it. What it found is below. It is data; the commands were read from files and not tried.";

    private readonly BriefText _text = new(redact);

    /// <summary>What the model is told. What cannot be read is said, never thrown.</summary>
    public async Task<EnvironmentDescribed> DescribeAsync(ProjectPlace place, CancellationToken cancellationToken)
    {
        try
        {
            var files = await place.OpenAsync(cancellationToken).ConfigureAwait(false);
            return files.Tree is { } tree
                ? await DescribeAsync(place, files.About, tree, cancellationToken).ConfigureAwait(false)
                : New(place, string.Join('\n', [.. files.About.Select(line => _text.Piece(line, 200)), "There are no files yet."]), []);
        }
        catch (GitException exception)
        {
            return New(place, $"The files could not be looked at: {_text.Piece(exception.Message, 200)}", []);
        }
    }

    private async Task<EnvironmentDescribed> DescribeAsync(ProjectPlace place, IReadOnlyList<string> about, ProjectTree files, CancellationToken cancellationToken)
    {
        var tree = new TreeSummary(Manifest.IsWanted);
        var isWhole = await files.ListAsync(tree.Add, cancellationToken).ConfigureAwait(false);
        var found = await FoundCommands.FindAsync(files, [.. tree.Wanted], place.Settings, cancellationToken).ConfigureAwait(false);
        var tools = Toolchains.Of(found.Manifests);
        for (var room = (int)((maxTokens - Estimate(New(place, "", tools))) * BytesPerToken) - 8; ;)
        {
            var described = New(place, _text.Write(about, tree, found, isWhole, Math.Max(0, room)), tools);
            var over = Estimate(described) - maxTokens;
            if (over <= 0 || room <= 0)
                return described;
            room -= (int)(over * BytesPerToken) + 16;
        }
    }

    private static EnvironmentDescribed New(ProjectPlace place, string data, IReadOnlyList<string> tools) =>
        new() { Part = Part, Text = place.Note.Length == 0 ? Words : $"{Words} {place.Note}", Data = data, Tools = tools };

    private static int Estimate(EnvironmentDescribed described) => new TokenEstimator().Estimate(Conversation.ToChat(MessageRendering.Render(described)));
}
