using Drafthorse.Harness.Models.Ollama;

namespace Drafthorse.Harness.Models;

/// <summary>Which model to use, and the keys and addresses of the providers.</summary>
public sealed class ModelSettings
{
    private static readonly string[] Chosen = [ModelSpec.DashScope, ModelSpec.OpenAI, ModelSpec.Anthropic];

    private readonly Func<string, string?> _read;

    private ModelSettings(Func<string, string?> read) => _read = read;

    /// <summary>The model that the settings name, or null: then the keys decide.</summary>
    public ModelSpec? Model { get; private init; }

    /// <summary>The models to ask, in order, when the first one fails.</summary>
    public IReadOnlyList<ModelSpec> FallbackModels { get; private init; } = [];

    /// <summary>Settings from the environment's variables.</summary>
    /// <exception cref="ModelException">A variable names something that is no model.</exception>
    public static ModelSettings FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>Settings by name, such as <c>OPENAI_API_KEY</c>; a configuration's indexer fits.</summary>
    /// <exception cref="ModelException">A setting names something that is no model.</exception>
    public static ModelSettings From(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new ModelSettings(read)
        {
            Model = Read("DRAFTHORSE_MODEL", text => string.IsNullOrWhiteSpace(text) ? null : ModelSpec.Parse(text)),
            FallbackModels = Read("DRAFTHORSE_FALLBACK_MODELS", ModelSpec.ParseList),
        };

        T Read<T>(string name, Func<string?, T> parse)
        {
            try
            {
                return parse(read(name));
            }
            catch (ModelException exception)
            {
                throw new ModelException(ModelErrorKind.Configuration, $"{name}: {exception.Message}", exception);
            }
        }
    }

    /// <summary>The models to use, the first one first: the one named here or in the settings, else the default of the first provider
    /// with a key, else a local Ollama server. Probes for that server only when nothing else is set.</summary>
    /// <exception cref="ModelException">No model can be used; the message names each variable.</exception>
    public async Task<IReadOnlyList<ModelSpec>> ChooseAsync(
        ModelSpec? model = null, IReadOnlyList<ModelSpec>? fallbacks = null, CancellationToken cancellationToken = default)
    {
        var first = model ?? Model ?? (Array.Find(Chosen, HasKey) is { } provider
            ? ModelSpec.Parse(provider)
            : await OllamaServer.FindModelAsync(UrlOf(ModelSpec.Ollama), cancellationToken).ConfigureAwait(false));
        if (first is null)
        {
            throw new ModelException(ModelErrorKind.Configuration,
                "No model can be used. Set one of the keys DASHSCOPE_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY (their endpoints can be moved by "
                + "DASHSCOPE_BASE_URL, OPENAI_BASE_URL and ANTHROPIC_BASE_URL), start Ollama (found at "
                + $"{UrlOf(ModelSpec.Ollama).AbsoluteUri.TrimEnd('/')}, or at OLLAMA_BASE_URL), or name a model by DRAFTHORSE_MODEL or --model, such as openai-chat:NAME; "
                + "DRAFTHORSE_FALLBACK_MODELS names the ones to fall back to.");
        }

        ModelSpec[] all = [first, .. (fallbacks ?? FallbackModels).Where(spec => spec != first)];
        foreach (var spec in all)
        {
            Check(spec);
        }

        return all;
    }

    /// <summary>A model that a person or a repository asks for by name. Throws <see cref="ModelException"/> when it cannot be used here; a
    /// script never can, as it is a file of this machine.</summary>
    public ModelSpec ParseRequested(string text)
    {
        var spec = ModelSpec.Parse(text);
        if (spec.Provider == ModelSpec.Script)
            throw new ModelException(ModelErrorKind.Configuration, "A recorded script cannot be asked for.");
        Check(spec);
        return spec;
    }

    /// <summary>The variable that holds a provider's key; empty for a provider without one.</summary>
    internal static string KeyVariableOf(string provider) => provider switch
    {
        ModelSpec.DashScope => "DASHSCOPE_API_KEY",
        ModelSpec.OpenAI or ModelSpec.OpenAIChat => "OPENAI_API_KEY",
        ModelSpec.Anthropic => "ANTHROPIC_API_KEY",
        _ => "",
    };

    internal string? KeyOf(string provider) => KeyVariableOf(provider) is { Length: > 0 } name && _read(name)?.Trim() is { Length: > 0 } key ? key : null;

    internal bool HasOwnUrl(string provider) => !string.IsNullOrWhiteSpace(_read(UrlVariableOf(provider)));

    internal Uri UrlOf(string provider)
    {
        var name = UrlVariableOf(provider);
        var text = _read(name)?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return ModelDefaults.UrlOf(provider);
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            ? url
            : throw new ModelException(ModelErrorKind.Configuration, $"{name} is not an http or https address without a user name: write it like {ModelDefaults.UrlOf(provider).AbsoluteUri.TrimEnd('/')}.");
    }

    private static string UrlVariableOf(string provider) => provider switch
    {
        ModelSpec.DashScope => "DASHSCOPE_BASE_URL",
        ModelSpec.Anthropic => "ANTHROPIC_BASE_URL",
        ModelSpec.Ollama => "OLLAMA_BASE_URL",
        _ => "OPENAI_BASE_URL",
    };

    private bool HasKey(string provider) => KeyOf(provider) is not null;

    private void Check(ModelSpec spec)
    {
        if (spec.Provider == ModelSpec.Script)
        {
            if (!File.Exists(spec.Model))
            {
                throw new ModelException(ModelErrorKind.Configuration, $"The script '{spec.Model}' of {spec} does not exist.") { Model = spec.ToString() };
            }

            return;
        }

        UrlOf(spec.Provider);

        // A server of one's own may need no key.
        if (KeyVariableOf(spec.Provider) is { Length: > 0 } variable && !HasKey(spec.Provider) && !HasOwnUrl(spec.Provider))
        {
            throw new ModelException(ModelErrorKind.Configuration, $"{spec} needs a key: set {variable}, or {UrlVariableOf(spec.Provider)} for a server that needs none.") { Model = spec.ToString() };
        }
    }
}
