using System.Text.Json;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Tools.Failures;
using Drafthorse.Sandbox.Wire;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Calls a tool's function and makes an output of whatever it returns or throws.</summary>
internal static class ToolInvocation
{
    public static async Task<ToolOutput> CallAsync(RunContext run, AIFunction tool, ToolCall call, HeadRoomOptions headRoom, CancellationToken cancellationToken)
    {
        var arguments = new AIFunctionArguments(call.Arguments.ToDictionary(StringComparer.Ordinal))
        {
            Context = new Dictionary<object, object?>
            {
                [typeof(ToolContext)] = new ToolContext
                {
                    CallId = call.CallId,
                    ThreadId = run.Thread.Id,
                    WorkingDirectory = run.WorkingDirectory,
                    HeadRoom = headRoom,
                    GetSandboxAsync = call.Run.GetSandboxClientAsync,
                    OnOutput = text => run.Publish(new ToolOutputDelta { ThreadId = run.Thread.Id, CallId = call.CallId, Text = text }),
                },
            },
        };
        try
        {
            return await tool.InvokeAsync(arguments, cancellationToken).ConfigureAwait(false) switch
            {
                ToolOutput output => output,
                string text => ToolOutput.Text(text),
                null => ToolOutput.Text("Done."),
                JsonElement { ValueKind: JsonValueKind.String } element => ToolOutput.Text(element.Text() ?? ""),
                JsonElement element => ToolOutput.Text(element.GetRawText()),
                var other => ToolOutput.Text(JsonSerializer.Serialize(other, tool.JsonSerializerOptions.GetTypeInfo(other.GetType()))),
            };
        }
        catch (Exception exception) when (exception is not (LeaseLostException or SandboxException or WireException or RunEndedException)
            && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // A tool's own failure, a time limit of its own too, is the model's to deal with; what ends a run passes.
            var (text, errorClass) = ($"{call.Tool} failed: {exception.Message}", ToolErrorClasses.Of(exception));
            return ToolOutput.Error(errorClass == ToolErrorClass.InvalidArguments ? NearestCall.After(text, tool, call.Arguments) : text, errorClass);
        }
    }
}
