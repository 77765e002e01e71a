using Drafthorse.Harness;
using Microsoft.Extensions.AI;

namespace Drafthorse.Sample;

/// <summary>An agent that looks and changes nothing: it has no tool with which it could.</summary>
public static class ReadOnlyAgent
{
    /// <summary>The agent, for questions about a folder.</summary>
    public static HarnessAgent Create(IChatClient model, string folder) => HarnessAgent.CreateBuilder("reader").UseModel(model)
        .UseCoreTools(CoreTools.ReadOnly).ReplaceInstructions("You answer questions about the code in this folder, with the files and lines that show it.")
        .UseFilesystem(new LocalFilesystemSpec { WorkingDirectory = folder }).Build();
}
