using System.Globalization;
using System.Text;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Evaluation.Repositories;

/// <summary>Makes the repository that a task starts from: its commit, what came before it, and nothing that came after.</summary>
/// <param name="mirrors">The folder of repositories that the command line names, or null.</param>
internal sealed class TaskRepository(string? mirrors)
{
    private const string Taken = "refs/taken";

    /// <summary>Makes it. Throws <see cref="TaskException"/>.</summary>
    public async Task<BareRepository> PrepareAsync(EvalTask task, string directory, CancellationToken cancellationToken)
    {
        var repository = await BareRepository.CreateAsync(directory, cancellationToken);
        switch (task.Source.Kind)
        {
            case TaskSourceKind.Folder:
                await ImportAsync(repository, TaskFiles.ReadAll(Path.GetDirectoryName(task.Source.Place)!, Path.GetFileName(task.Source.Place))!, cancellationToken);
                break;
            case TaskSourceKind.Bundle:
                await TakeAsync(repository, task.Source.Place, $"the bundle {Path.GetFileName(task.Source.Place)}", task.Source.Commit!, cancellationToken);
                break;
            default:
                await TakeAsync(repository, FindMirror(task.Source.Place), $"the repository {task.Source.Place}", task.Source.Commit!, cancellationToken);
                break;
        }

        return repository;
    }

    /// <summary>The same files are the same commit, whoever evaluates and when.</summary>
    private static async Task ImportAsync(BareRepository repository, IReadOnlyList<TaskBlob> files, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        Write($"commit {BareRepository.Main}\ncommitter drafthorse <drafthorse@localhost> 1700000000 +0000\ndata 5\nStart\n");
        foreach (var file in files)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"M {(file.IsProgram ? "100755" : "100644")} inline {Quoted(file.Path)}\ndata {file.Content.Length}\n"));
            stream.Write(file.Content);
            Write("\n");
        }

        await repository.RunAsync(["fast-import", "--quiet"], cancellationToken, stream.ToArray());

        void Write(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Takes one commit of a repository that others made. What else came with it is left to nobody.</summary>
    private static async Task TakeAsync(BareRepository repository, string from, string what, string commit, CancellationToken cancellationToken)
    {
        try
        {
            await repository.FetchAsync(from, $"+refs/*:{Taken}/*", cancellationToken);
        }
        catch (TaskException exception)
        {
            throw new TaskException($"{what} cannot be read: {exception.Message}", exception);
        }

        var found = await repository.FindCommitAsync(commit, cancellationToken)
            ?? throw new TaskException($"{what} does not have the commit {commit}.");
        await repository.RunAsync(["update-ref", BareRepository.Main, found], cancellationToken);
        var taken = await repository.RunAsync(["for-each-ref", "--format=delete %(refname)", Taken], cancellationToken);
        await repository.RunAsync(["update-ref", "--stdin"], cancellationToken, taken.Output);
    }

    private string FindMirror(string name)
    {
        if (mirrors is null)
            throw new TaskException($"it works on the repository {name}: name the folder that holds its clone with --repositories FOLDER (git clone --mirror URL FOLDER/{name}.git).");
        return new[] { $"{name}.git", name }.Select(place => Path.GetFullPath(Path.Combine(mirrors, place))).FirstOrDefault(Directory.Exists)
            ?? throw new TaskException($"there is no {name}.git in {mirrors}: git clone --mirror URL {Path.Combine(mirrors, name)}.git");
    }

    private static string Quoted(string path) => $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
