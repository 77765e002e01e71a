using Drafthorse.Evaluation;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Spectre.Console;

namespace Drafthorse.Tests.Evaluation;

/// <summary>A folder of tasks that goes with the test.</summary>
internal sealed class EvalFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("drafthorse-eval-test-").FullName;

    public string Suite => Path.Combine(Root, "suite");

    /// <summary>A task whose repository has <c>a.txt</c> with "old", and which is done when it says "new".</summary>
    public string Task(string name, string[]? script = null, string check = "grep -qx new a.txt", string more = "")
    {
        Write($"suite/{name}/task.yml", $"prompt: Write new into a.txt.\nrepository: {{folder: project}}\n{more}");
        Write($"suite/{name}/check.sh", check);
        Write($"suite/{name}/project/a.txt", "old\n");
        if (script is not null)
            Write($"suite/{name}/script.jsonl", string.Join('\n', script));
        return Path.Combine(Suite, name);
    }

    public string Write(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Runs an evaluation as somebody with no settings, who hears what is said.</summary>
    public Task<int> RunAsync(EvalOptions options, TextWriter said)
    {
        var settings = new DrafthorseSettings
        {
            Home = Path.Combine(Root, "home"),
            SandboxImage = "none",
            Models = ModelSettings.From(name => name == "OLLAMA_BASE_URL" ? "http://127.0.0.1:9" : null),
            Budget = new ThreadBudget(),
            Egress = new EgressOptions(),
            LeaseTime = TimeSpan.FromSeconds(30),
            Secrets = new Dictionary<string, string>(),
        };
        var console = TerminalConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(said), Ansi = AnsiSupport.No });
        console.Profile.Width = 1000;
        return new EvalRun(options, settings, new EvalOutput(console, null)).RunAsync(TestContext.Current.CancellationToken);
    }
}
