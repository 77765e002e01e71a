using Drafthorse.Harness.Context;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Instructions;

/// <summary>
/// Tells a model what its repository says of how to work there: what holds for all of it in the system prompt, what holds for a folder or for
/// some files behind the results of the first call that gets there, and again when a compaction has dropped it.
/// </summary>
/// <param name="open">Opens the instructions of a run's project.</param>
/// <param name="redact">Takes known secrets out.</param>
/// <param name="logger">Gives the log.</param>
internal sealed partial class RepositoryInstructions(OpenInstructions open, Func<string, string> redact, Func<ILogger> logger) : IAgentMiddleware
{
    /// <summary>The most characters of one notice, and of all that a context shows beside the system prompt.</summary>
    private const int MostAtOnce = 32_000, MostShown = 120_000;

    private const int MostFolders = 64;

    /// <summary>What the system prompt of a new thread says; empty when there is nothing.</summary>
    public async ValueTask<string> ReadTopAsync(RunContext run, CancellationToken cancellationToken)
    {
        try
        {
            return await StateOf(run).OpenAsync(cancellationToken).ConfigureAwait(false) is { } top
                ? InstructionText.OfTop(top.Source, top.Files, await StateOf(run).BelowTopAsync(run, cancellationToken).ConfigureAwait(false))
                : "";
        }
        catch (GitException exception)
        {
            return $"# The repository's instructions\nThey could not be read: {exception.Message}";
        }
    }

    /// <inheritdoc />
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        var output = await next(call, cancellationToken).ConfigureAwait(false);
        try
        {
            await StateOf(call.Run).TellAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (GitException exception)
        {
            LogNotRead(logger(), call.Run.Thread.Id, exception.Message);
        }

        return output;
    }

    private State StateOf(RunContext run)
    {
        lock (run)
        {
            if (run.Get<State>() is { } known)
                return known;
            var state = new State(token => open(run, token), redact);
            run.Set(state);
            return state;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Instructions of the repository of thread {ThreadId} could not be read: {Reason}")]
    private static partial void LogNotRead(ILogger logger, ThreadId threadId, string reason);

    /// <summary>What a run has read. Each folder is looked at once.</summary>
    private sealed class State(Func<CancellationToken, Task<InstructionSource?>> open, Func<string, string> redact) : IDisposable
    {
        private readonly SemaphoreSlim _gate = new(1, 1);
        private readonly Dictionary<string, List<InstructionFile>> _folders = new(StringComparer.Ordinal);
        private InstructionReader? _reader;
        private Top? _top;
        private bool _isOpened;

        public void Dispose() => _gate.Dispose();

        public async Task<Top?> OpenAsync(CancellationToken cancellationToken)
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await OpenAloneAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }

        /// <summary>The instructions between the top and the folder that the run begins in.</summary>
        public async Task<IReadOnlyList<InstructionFile>> BelowTopAsync(RunContext run, CancellationToken cancellationToken)
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_top is not { } top || run.WorkingDirectory is not { } directory || RepositoryPath.Of(top.Source.Root, null, directory) is not { Length: > 0 } below)
                    return [];
                return await InChainsAsync([below], cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }

        public async Task TellAsync(ToolCall call, CancellationToken cancellationToken)
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (await OpenAloneAsync(cancellationToken).ConfigureAwait(false) is not { } top
                    || TouchedPaths.Of(call.Arguments, top.Source.Root, call.Run.WorkingDirectory) is not { Count: > 0 } paths)
                {
                    return;
                }

                var conversation = call.Run.Conversation;
                var (files, length) = (new List<GivenInstructions>(), 0);
                foreach (var file in (await InChainsAsync(paths, cancellationToken).ConfigureAwait(false)).Concat(top.Files.Where(file => paths.Any(file.IsFor))))
                {
                    var told = InstructionText.Of(file, top.Source, isShort: length + file.Text.Length > MostAtOnce || conversation.Instructions.Length + length + file.Text.Length > MostShown);
                    if (IsShown(conversation, file.Text, told.Text) || files.Exists(other => other.Text == told.Text))
                        continue;
                    files.Add(told);
                    length += told.Text.Length;
                }

                if (files.Count > 0)
                    await call.Run.CommitAsync(new RunCommit { Events = [new InstructionsGiven { Files = files }] }, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }

        private static bool IsShown(Conversation conversation, string whole, string told) =>
            conversation.Instructions.Has(whole) || conversation.Instructions.Has(told) || conversation.System?.Contains($"\n{MessageRendering.Escape(whole)}\n", StringComparison.Ordinal) == true;

        private async Task<Top?> OpenAloneAsync(CancellationToken cancellationToken)
        {
            if (_isOpened)
                return _top;
            if (await open(cancellationToken).ConfigureAwait(false) is { Tree: { } tree } source)
            {
                _reader = new InstructionReader(tree, redact);
                _top = new Top(source, await _reader.ReadAsync(InstructionNames.AtTop, InstructionNames.IsAtTop, cancellationToken).ConfigureAwait(false));
            }

            _isOpened = true;
            return _top;
        }

        /// <summary>From the top down, folder by folder.</summary>
        private async Task<List<InstructionFile>> InChainsAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
        {
            List<string> folders = [.. paths.SelectMany(RepositoryPath.Chain).Distinct(StringComparer.Ordinal).Take(MostFolders)];
            List<string> unknown = [.. folders.Where(folder => !_folders.ContainsKey(folder))];
            List<string> names = [.. unknown.SelectMany(folder => InstructionNames.InFolders.Select(name => $"{folder}/{name}"))];
            var found = names.Count == 0 ? [] : await _reader!.ReadAsync(names, path => names.Contains(path), cancellationToken).ConfigureAwait(false);
            foreach (var folder in unknown)
                _folders[folder] = [.. found.Where(file => RepositoryPath.FolderOf(file.Path) == folder)];
            return [.. folders.SelectMany(folder => _folders[folder])];
        }
    }

    private sealed record Top(InstructionSource Source, IReadOnlyList<InstructionFile> Files);
}
