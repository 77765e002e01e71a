using System.Collections.Concurrent;
using Drafthorse.Harness.Models.Anthropic;
using Drafthorse.Harness.Models.Families;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Ollama;
using Drafthorse.Harness.Models.OpenAI;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Models.Telemetry;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models;

/// <summary>Makes the clients of models. One factory serves a process; its clients share connections.</summary>
public sealed class ModelFactory : IDisposable
{
    private const int MostRemembered = 256;

    private readonly ConcurrentDictionary<string, RequestParameters> _parameters = new(StringComparer.Ordinal);
    private readonly ModelSettings _settings;
    private readonly TimeProvider _time;
    private readonly RetryOptions _retry;
    private readonly Lazy<HttpClient> _http;

    /// <summary>Makes a factory. A handler of one's own replaces the network.</summary>
    public ModelFactory(ModelSettings settings, ModelCatalog? catalog = null, RetryOptions? retry = null, TimeProvider? time = null, HttpMessageHandler? handler = null)
    {
        _settings = settings;
        Catalog = catalog ?? ModelCatalog.BuiltIn;
        _retry = retry ?? new RetryOptions();
        _time = time ?? TimeProvider.System;
        _http = new Lazy<HttpClient>(() => new HttpClient(handler ?? NewHandler()) { Timeout = Timeout.InfiniteTimeSpan });
    }

    /// <summary>Context windows and prices.</summary>
    public ModelCatalog Catalog { get; }

    /// <summary>Puts what is said to models and what they say into the spans of their calls, after this function has seen it, such as one that
    /// redacts secrets; null (default) = no word of either is recorded.</summary>
    public Func<string, string>? RecordContent { get; init; }

    /// <summary>The client of one model, traced, counted and with retries.</summary>
    /// <exception cref="ModelException">A setting is wrong, or a script cannot be read.</exception>
    public IChatClient Create(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new RetryingChatClient(new MeteredChatClient(CreateBare(spec), spec, Catalog.Find(spec).Price, _time, RecordContent), _retry, _time);
    }

    /// <summary>The client of a list of models, the preferred one first: retries for each, then the next one.</summary>
    /// <exception cref="ModelException">A setting is wrong, or a script cannot be read.</exception>
    public IChatClient Create(IReadOnlyList<ModelSpec> specs)
    {
        ArgumentNullException.ThrowIfNull(specs);
        return specs.Count == 1 ? Create(specs[0]) : new FallbackChatClient([.. specs.Select(spec => new FallbackModel(spec.ToString(), Create(spec)))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    private IChatClient CreateBare(ModelSpec spec) =>
        spec.Provider == ModelSpec.Script ? CreateRecorded(spec, ModelScript.Load(spec.Model)) : new WireChatClient(EndpointOf(spec), FormatOf(spec));

    private ScriptedChatClient CreateRecorded(ModelSpec spec, ModelScript script) =>
        new(spec, script, _time) { Tools = new ToolContract(Catalog.FamilyOf(Catalog.Find(spec) with { Family = script.Family })) };

    private WireFormat FormatOf(ModelSpec spec)
    {
        var (parameters, info) = (ParametersOf(spec), Catalog.Find(spec));
        var family = Catalog.FamilyOf(info);
        var tools = new ToolContract(family);
        return spec.Provider switch
        {
            ModelSpec.Anthropic => new MessagesFormat(spec, info, isAnthropic: !_settings.HasOwnUrl(spec.Provider), parameters) { Family = family, Tools = tools },
            ModelSpec.OpenAI => new ResponsesFormat(spec, parameters) { Family = family, Tools = tools },
            ModelSpec.DashScope => new ChatCompletionsFormat(spec, ChatDialect.DashScope, parameters) { Family = family, Tools = tools },
            ModelSpec.Ollama => new ChatCompletionsFormat(spec, ChatDialect.Ollama, parameters) { Family = family, Tools = tools },
            _ => new ChatCompletionsFormat(spec, _settings.HasOwnUrl(spec.Provider) ? ChatDialect.Compatible : ChatDialect.OpenAI, parameters) { Family = family, Tools = tools },
        };
    }

    /// <summary>What was learnt of a model holds for all its clients. Any number of models can be asked for by name: only so many are remembered.</summary>
    private RequestParameters ParametersOf(ModelSpec spec) => _parameters.Count < MostRemembered
        ? _parameters.GetOrAdd(spec.ToString(), _ => new RequestParameters())
        : _parameters.GetValueOrDefault(spec.ToString()) ?? new RequestParameters();

    private ModelEndpoint EndpointOf(ModelSpec spec) => new()
    {
        Http = _http.Value,
        Url = spec.Provider switch
        {
            ModelSpec.Ollama => OllamaServer.CompatibleUrl(_settings.UrlOf(spec.Provider)),
            ModelSpec.Anthropic => BaseAddress.WithoutEnd(_settings.UrlOf(spec.Provider), "/v1"),
            _ => _settings.UrlOf(spec.Provider),
        },
        Headers = HeadersOf(spec),
        KeyVariable = ModelSettings.KeyVariableOf(spec.Provider),
        Silence = _retry.Silence,
        Time = _time,
    };

    private List<KeyValuePair<string, string>> HeadersOf(ModelSpec spec)
    {
        var headers = new List<KeyValuePair<string, string>>();
        var key = _settings.KeyOf(spec.Provider);
        if (spec.Provider == ModelSpec.Anthropic)
        {
            headers.Add(new("anthropic-version", "2023-06-01"));
            if (MessagesFormat.NeedsBindingBeta(Catalog.Find(spec)) && !_settings.HasOwnUrl(spec.Provider))
            {
                headers.Add(new("anthropic-beta", MessagesFormat.BindingBeta));
            }

            if (key is not null)
            {
                headers.Add(new("x-api-key", key));
            }
        }
        else if (key is not null)
        {
            headers.Add(new("Authorization", $"Bearer {key}"));
        }

        return headers;
    }

    private static SocketsHttpHandler NewHandler() => new()
    {
        // A redirect would carry the key to another host.
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
    };
}
