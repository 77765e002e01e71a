using Drafthorse.Harness.Models;
using Drafthorse.Sample;
using Microsoft.Extensions.AI;

// With a key set (DASHSCOPE_API_KEY, OPENAI_API_KEY, ANTHROPIC_API_KEY) or a local Ollama server the agent thinks for itself;
// without one a recorded script stands in for the model, and all else is real.
using var factory = new ModelFactory(ModelSettings.FromEnvironment());
IChatClient model;
try
{
    model = factory.Create(await ModelSettings.FromEnvironment().ChooseAsync());
}
catch (ModelException exception) when (exception.Kind == ModelErrorKind.Configuration)
{
    Console.WriteLine("(no model is set: a recorded script answers)");
    model = new ScriptedChatClient(new ModelSpec(ModelSpec.Script, "sample"), ModelScript.Parse(LocalAgent.Script));
}

var directory = Directory.CreateTempSubdirectory("drafthorse-sample-");
try
{
    return await LocalAgent.RunAsync(model, directory.FullName, Console.Out, CancellationToken.None) ? 0 : 1;
}
finally
{
    directory.Delete(recursive: true);
}
