using System.Text.Json;
using Drafthorse.Harness.Models.Families;
using Drafthorse.Harness.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Models;

/// <summary>Context windows and prices of models: data that comes with Drafthorse, with a user's own file merged over it.</summary>
public sealed class ModelCatalog
{
    private static readonly ModelInfo Unknown = new();
    private static readonly ModelInfo Local = new() { Vendor = "ollama", ContextWindow = 32_768, MaxOutput = 8_192, Price = new ModelPrice() };
    private static readonly ModelInfo Recorded = new() { Vendor = "script", ContextWindow = 200_000, MaxOutput = 32_000, Price = new ModelPrice() };

    private readonly Dictionary<string, ModelInfo> _models;
    private readonly Dictionary<string, ModelFamily> _families;

    private ModelCatalog(string asOf, Dictionary<string, ModelInfo> models, Dictionary<string, ModelFamily> families)
    {
        AsOf = asOf;
        _models = models;
        _families = families;
    }

    /// <summary>The catalog that comes with this build.</summary>
    public static ModelCatalog BuiltIn { get; } = ReadBuiltIn();

    /// <summary>The day the built-in prices were looked up, such as <c>2026-11-06</c>.</summary>
    public string AsOf { get; }

    /// <summary>The built-in catalog with a user's file over it; a missing file changes nothing.</summary>
    /// <exception cref="ModelException">The file cannot be read.</exception>
    public static ModelCatalog Load(string? path)
    {
        if (path is null || !File.Exists(path))
        {
            return BuiltIn;
        }

        try
        {
            using var stream = RegularFile.Open(path);
            var (_, models, families) = ModelCatalogReader.Read(stream, BuiltIn._models, BuiltIn._families);
            return new ModelCatalog(BuiltIn.AsOf, models, families);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelErrorKind.Configuration, $"The model catalog '{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What is known of a model. The entry with the longest name that begins the model's name counts, as dated and
    /// tagged versions cost what their family does. An unknown model has a modest window and no price.</summary>
    public ModelInfo Find(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Match(spec.ToString()) ?? Match(spec.Model) ?? Match(spec.Model[(spec.Model.LastIndexOf('/') + 1)..]) ?? spec.Provider switch
        {
            ModelSpec.Ollama => Local,
            ModelSpec.Script => Recorded,
            _ => Unknown,
        };
    }

    /// <summary>What is known of a model by its name, with or without the provider before it; a provider that is not one of ours does not matter.</summary>
    public ModelInfo Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ModelSpec.TryParse(name, out var spec, out _) ? Find(spec)
            : Find(new ModelSpec("", name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]));
    }

    /// <summary>What is wrong in the catalog's file without keeping it from being used, a sentence each: models of families that there are not.</summary>
    public IReadOnlyList<string> Warnings =>
        [.. _models.Where(model => model.Value.Family.Length > 0 && !_families.ContainsKey(model.Value.Family))
            .Select(model => $"The model catalog names the family '{ForeignText.Line(model.Value.Family)}' for {ForeignText.Line(model.Key)}, which there is not: tools are declared to it as to any model. Families: {string.Join(", ", _families.Keys)}.")];

    /// <summary>The same catalog without what is known of families: tools are declared to all models alike.</summary>
    public ModelCatalog WithoutFamilies() => new(AsOf, _models, []);

    /// <summary>What a model's family was trained on.</summary>
    internal ModelFamily FamilyOf(ModelInfo model) => _families.GetValueOrDefault(model.Family.Length > 0 ? model.Family : model.Vendor) ?? ModelFamily.General;

    internal IReadOnlyDictionary<string, ModelFamily> Families => _families;

    private ModelInfo? Match(string name)
    {
        for (var length = name.Length; length > 0; length--)
        {
            if (length < name.Length && name[length] is not ('-' or ':' or '@' or '/' or '['))
            {
                continue;
            }

            if (_models.TryGetValue(name[..length], out var info))
            {
                return info;
            }
        }

        return null;
    }

    private static ModelCatalog ReadBuiltIn()
    {
        using var stream = typeof(ModelCatalog).Assembly.GetManifestResourceStream("Drafthorse.Harness.Models.models.json")!;
        var (asOf, models, families) = ModelCatalogReader.Read(stream, [], []);
        return new ModelCatalog(asOf, models, families);
    }
}
