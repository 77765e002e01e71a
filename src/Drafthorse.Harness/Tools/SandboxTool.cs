using System.Text.Json;
using Drafthorse.Harness.Tools.Failures;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Wire;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>
/// A tool that works in the thread's sandbox. Wrong arguments and refusals become error texts for the model; only a lost sandbox
/// and cancellation throw. Asked again with the same call id, a tool gives its first result and changes nothing twice.
/// </summary>
public abstract class SandboxTool : AIFunction
{
    private readonly string _name;
    private readonly string _description;
    private readonly JsonElement _schema;
    private readonly Dictionary<string, object?> _properties;

    /// <summary>Makes the tool.</summary>
    /// <param name="name">The name that the model calls.</param>
    /// <param name="effect">What the tool can change.</param>
    /// <param name="description">What the model is told.</param>
    /// <param name="schema">The JSON schema of the arguments.</param>
    protected SandboxTool(string name, ToolEffect effect, string description, string schema)
    {
        _name = name;
        _description = description;
        _properties = new() { [ToolEffects.Property] = effect };
        using var document = JsonDocument.Parse(schema);
        _schema = document.RootElement.Clone();
    }

    /// <inheritdoc/>
    public override string Name => _name;

    /// <inheritdoc/>
    public override string Description => _description;

    /// <inheritdoc/>
    public override JsonElement JsonSchema => _schema;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, object?> AdditionalProperties => _properties;

    /// <inheritdoc/>
    protected sealed override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var context = ToolContext.From(arguments);
        try
        {
            return await RunAsync(new ArgumentReader(Name, arguments), context, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentReaderException exception)
        {
            return ToolOutput.Error(NearestCall.After(exception.Message, this, arguments), ToolErrorClass.InvalidArguments);
        }
        catch (FileException exception)
        {
            return ToolOutput.Error(exception.Message, ToolErrorClasses.Of(exception.Kind));
        }
        catch (SandboxCallException exception)
        {
            return ToolOutput.Error($"{Name}: {exception.Message}");
        }
    }

    /// <summary>Does the work.</summary>
    protected abstract Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken);
}
