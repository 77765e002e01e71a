using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Models;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Evaluation.Tasks;

/// <summary>
/// Reads a task from its folder: <c>task.yml</c>, <c>check.sh</c>, and where they are there <c>check/</c> (files that are put over the
/// agent's), <c>check.patch</c> and <c>script.jsonl</c> (a recorded model).
/// </summary>
internal static class TaskFolder
{
    public const string CheckFile = "check.sh";
    public const string CheckFolder = "check";
    public const string PatchFile = "check.patch";
    public const string ScriptFile = "script.jsonl";
    private const int MaxPatch = 20 << 20;
    private const int MaxScript = 64 << 20;

    /// <summary>The task. Throws <see cref="TaskException"/>.</summary>
    public static EvalTask Read(string folder, IReadOnlyCollection<string> features)
    {
        if (new DirectoryInfo(folder).LinkTarget is not null)
            throw new TaskException("the folder is a link; put the folder itself there.");
        var described = TaskFiles.Read(folder, TaskFileReader.FileName, TaskFileReader.MaxBytes)
            ?? throw new TaskException($"{TaskFileReader.FileName} is missing.");
        var file = new TaskFileReader(Text(described, TaskFileReader.FileName), features).Read();
        var name = file.Name ?? Path.GetFileName(folder);
        if (!TaskName.IsValid(name))
            throw new TaskException($"the folder's name cannot be a task's ({TaskName.Rule}); name it otherwise, or set 'name'.");

        var check = TaskFiles.Read(folder, CheckFile, ExecRequest.MaxCommandBytes) ?? throw new TaskException($"{CheckFile} is missing: the shell lines that end with 0 when the task is done.");
        var over = TaskFiles.ReadAll(folder, CheckFolder) ?? [];
        var patch = TaskFiles.Read(folder, PatchFile, MaxPatch);
        var script = TaskFiles.Read(folder, ScriptFile, MaxScript);
        if (script is not null)
            CheckScript(script);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (byte[]?[])[described, check, patch, script])
            Add(hash, part);
        AddAll(hash, over);
        var source = ReadSource(folder, file.Source, hash);
        return new EvalTask
        {
            Name = name,
            Prompt = file.Prompt,
            Source = source,
            Check = new TaskCheck(Text(check, CheckFile), over, patch),
            Limits = file.Limits,
            Language = file.Language,
            Needs = file.Needs,
            Script = script is null ? null : Path.Combine(folder, ScriptFile),
            Digest = Convert.ToHexStringLower(hash.GetHashAndReset())[..16],
        };
    }

    private static TaskSource ReadSource(string folder, TaskSource source, IncrementalHash hash)
    {
        switch (source.Kind)
        {
            case TaskSourceKind.Folder:
                AddAll(hash, TaskFiles.ReadAll(folder, source.Place) is { Count: > 0 } files ? files : throw new TaskException($"the repository's folder {source.Place} is missing or empty."));
                return source with { Place = Path.Combine(folder, source.Place) };
            case TaskSourceKind.Bundle:
                var bundle = Path.Combine(folder, source.Place);
                try
                {
                    using var file = RegularFile.Open(bundle, followLink: false);
                    Add(hash, SHA256.HashData(file));
                    return source with { Place = bundle };
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    throw new TaskException($"the bundle {source.Place} cannot be used: {exception.Message}", exception);
                }

            default:
                return source;
        }
    }

    private static void CheckScript(byte[] script)
    {
        try
        {
            ModelScript.Parse(Encoding.UTF8.GetString(script), ScriptFile);
        }
        catch (ModelException exception)
        {
            throw new TaskException(exception.Message, exception);
        }
    }

    private static string Text(byte[] bytes, string name)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
            return text.Contains('\0', StringComparison.Ordinal) ? throw new TaskException($"{name} is no text.") : text;
        }
        catch (DecoderFallbackException exception)
        {
            throw new TaskException($"{name} is not UTF-8.", exception);
        }
    }

    private static void AddAll(IncrementalHash hash, IReadOnlyList<TaskBlob> files)
    {
        foreach (var file in files)
        {
            Add(hash, Encoding.UTF8.GetBytes($"{file.Path}\0{(file.IsProgram ? "x" : "-")}"));
            Add(hash, file.Content);
        }
    }

    /// <summary>With its length before it, so that no two lists of parts have the same bytes.</summary>
    private static void Add(IncrementalHash hash, byte[]? part)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, part?.Length ?? -1);
        hash.AppendData(length);
        hash.AppendData(part ?? []);
    }
}
