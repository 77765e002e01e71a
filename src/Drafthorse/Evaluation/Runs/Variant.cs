using Drafthorse.Evaluation.Tasks;
using Drafthorse.Harness.Models;
using Drafthorse.Settings;

namespace Drafthorse.Evaluation.Runs;

/// <summary>A setting that is measured: a model, and the features that are left out.</summary>
/// <param name="Label">How people wrote it.</param>
/// <param name="Model">The model; null: the recorded one of each task that has one, else <paramref name="Default"/>.</param>
/// <param name="Default">The model of the settings; null when only recorded ones answer.</param>
/// <param name="Without">The features that are left out.</param>
internal sealed record Variant(string Label, ModelSpec? Model, ModelSpec? Default, IReadOnlyList<string> Without)
{
    public const string Recorded = "recorded";
    public const string OfSettings = "default";
    private const string WithoutWord = "without=";

    /// <summary>Reads what one side of a comparison is: parts with commas between them, each a model, <c>recorded</c>, <c>default</c> or
    /// <c>without=FEATURE</c>. Throws <see cref="SettingsException"/>.</summary>
    public static Variant Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var without = parts.Where(part => part.StartsWith(WithoutWord, StringComparison.Ordinal)).Select(part => part[WithoutWord.Length..]).ToList();
        var models = parts.Where(part => !part.StartsWith(WithoutWord, StringComparison.Ordinal)).ToList();
        if (models.Count > 1 || parts.Length == 0)
            throw new SettingsException($"--compare: '{text}' must name one model (provider:model, {Recorded} or {OfSettings}), and may leave out features: MODEL,{WithoutWord}FEATURE.");
        try
        {
            return Create(models is [var name and not (Recorded or OfSettings)] ? ModelSpec.Parse(name) : null, without, models is [OfSettings]) with { Label = text };
        }
        catch (ModelException exception)
        {
            throw new SettingsException($"--compare: {exception.Message}", exception);
        }
    }

    /// <summary>A setting by its parts. Throws <see cref="SettingsException"/>.</summary>
    /// <param name="model">The model that was named, or null.</param>
    /// <param name="without">What is left out.</param>
    /// <param name="ofSettings">Whether the settings' model is meant also for tasks that have a recorded one.</param>
    public static Variant Create(ModelSpec? model, IReadOnlyList<string> without, bool ofSettings = false)
    {
        foreach (var name in without)
        {
            if (Features.WhyNot(name) is { } why)
                throw new SettingsException($"--without: {why}");
        }

        var label = model?.ToString() ?? (ofSettings ? OfSettings : Recorded);
        var features = without.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return new Variant(string.Join(',', features.Select(feature => WithoutWord + feature).Prepend(label)), model, null, features) { IsOfSettings = ofSettings };
    }

    /// <summary>Whether the settings' model answers also where a task has a recorded one.</summary>
    public bool IsOfSettings { get; private init; }

    /// <summary>Whether the settings' model is needed for a task.</summary>
    public bool NeedsDefault(EvalTask task) => Model is null && (IsOfSettings || task.Script is null);

    /// <summary>The model that answers in a task.</summary>
    public ModelSpec ModelOf(EvalTask task) =>
        Model ?? (NeedsDefault(task) ? Default! : new ModelSpec(ModelSpec.Script, task.Script!));

    /// <summary>The model's name in results: a recorded one's file is part of the task.</summary>
    public string ModelName(EvalTask task) => ModelOf(task) is { Provider: not ModelSpec.Script } spec ? spec.ToString() : Recorded;
}
