using System.Text.Json;
using Drafthorse.Harness.Context;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Agent.Answers;

/// <summary>The form that a run's last reply must have: asked of the provider where it can enforce it, and checked by code always.</summary>
internal sealed class AnswerForm(Conversation conversation)
{
    private const int MostCorrections = 2;

    private (string Text, JsonElement Schema)? _schema;
    private bool _refused;
    private int _corrections;

    /// <summary>What to ask of the provider; null when words are wanted, or when the provider does not take this schema.</summary>
    public ChatResponseFormat? Format => _refused || Schema() is not { } schema ? null : ChatResponseFormat.ForJsonSchema(AnswerSchemas.Strict(schema), "answer");

    /// <summary>The provider refused the request; the schema is not sent any more. Returns false when none was sent.</summary>
    public bool Refuse()
    {
        var sent = Format is not null;
        _refused = true;
        return sent;
    }

    /// <summary>The answer without what models put around it, and what is wrong with it; null = nothing.</summary>
    public (string Text, string? Error) Check(string text)
    {
        if (Schema() is not { } schema)
        {
            return (text, null);
        }

        var json = AnswerSchemas.WithoutFence(text);
        return (json, AnswerSchemas.ErrorOf(schema, json));
    }

    /// <summary>What to tell the model about a wrong answer, or null when it was told often enough.</summary>
    public string? Correct(string error) => ++_corrections > MostCorrections
        ? null
        : $"Your last reply does not have the form that was asked for: {error}. Reply again with the JSON value alone.";

    private JsonElement? Schema()
    {
        if (conversation.AnswerSchema is not { } text)
        {
            return null;
        }

        if (_schema?.Text != text)
        {
            using var document = JsonDocument.Parse(text);
            _schema = (text, document.RootElement.Clone());
        }

        return _schema!.Value.Schema;
    }
}
