using System.Collections.Concurrent;
using Drafthorse.Harness.Models;
using Drafthorse.Settings;
using Microsoft.Extensions.AI;

namespace Drafthorse.Composition;

/// <summary>Models that people choose by name.</summary>
internal static class ModelChoices
{
    /// <summary>Their clients, each made once.</summary>
    public static Func<string, IChatClient> Of(DrafthorseSettings settings, ModelFactory factory, IReadOnlyList<ModelSpec> fallbacks)
    {
        var clients = new ConcurrentDictionary<ModelSpec, IChatClient>();
        return text => clients.GetOrAdd(settings.Models.ParseRequested(text), spec => factory.Create([spec, .. fallbacks.Where(other => other != spec)]));
    }

    /// <summary>Why a model cannot be chosen; null when it can.</summary>
    public static string? WhyNot(DrafthorseSettings settings, string text)
    {
        try
        {
            settings.Models.ParseRequested(text);
            return null;
        }
        catch (ModelException exception)
        {
            return exception.Message;
        }
    }
}
