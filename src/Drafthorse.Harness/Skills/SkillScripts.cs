using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Workspace;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Operations;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Skills;

/// <summary>Puts the files of a skill that has scripts into the sandbox, where commands can run them.</summary>
internal sealed class SkillScripts(WorkspaceReader reader)
{
    private const int MostFiles = 200;
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>What the model is told of it; null when there are no scripts.</summary>
    public async Task<string?> PutAsync(RunContext run, SkillEntry entry, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (!files.Any(file => file.StartsWith("scripts/", StringComparison.Ordinal)))
            return null;
        try
        {
            var sandbox = await run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
            var folder = $"{(sandbox.Info.SpillDirectory.Length > 0 ? sandbox.Info.SpillDirectory : "/agent/large_tool_results")}/skills/{entry.Name}";
            var (sum, left) = (0, 0);
            foreach (var file in files.Append(entry.Path[(entry.Folder.Length + 1)..]).Take(MostFiles))
            {
                if (await reader.ReadAsync($"{entry.Folder}/{file}", MostBytes, cancellationToken).ConfigureAwait(false) is not { } bytes || FileContent.IsBinary(bytes) || sum + bytes.Length > MostBytes)
                {
                    left++;
                    continue;
                }

                sum += bytes.Length;
                await sandbox.Files.WriteAsync(new WriteFileRequest { Path = $"{folder}/{file}", Content = WorkspaceReader.Decode(bytes) }, cancellationToken).ConfigureAwait(false);
            }

            await CodeCommands.RunAsync(sandbox, new ExecRequest { CallId = CodeCommands.NewCallId(run.Lease.Token), Command = $"chmod -R u+x '{folder}/scripts'", WorkingDirectory = "/" }, cancellationToken).ConfigureAwait(false);
            return $"For commands the files are in {folder}{(left > 0 ? $" ({left} that are binary or too large are not)" : "")}.";
        }
        catch (Exception exception) when (exception is SandboxException or SandboxCallException or FileException or WireException)
        {
            return "The scripts could not be put into the sandbox: read them, and do by hand what they do.";
        }
    }
}
