using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers agents with a container.</summary>
public static class DrafthorseServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="HarnessAgent"/> as a singleton, also under its name as a key. It takes what the container has of
    /// <see cref="IChatClient"/>, <see cref="IThreadStore"/>, <see cref="ModelCatalog"/>, <see cref="ILoggerFactory"/> and <see cref="TimeProvider"/>;
    /// <paramref name="configure"/> comes after and may replace each. With several agents the first one is the one without a key.
    /// </summary>
    public static IServiceCollection AddDrafthorse(
        this IServiceCollection services, string name, Action<HarnessAgentBuilder, IServiceProvider>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddKeyedSingleton(name, (provider, _) => Build(provider, name, configure));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<HarnessAgent>(name));
        return services;
    }

    private static HarnessAgent Build(IServiceProvider provider, string name, Action<HarnessAgentBuilder, IServiceProvider>? configure)
    {
        var builder = HarnessAgent.CreateBuilder(name);
        Use<IChatClient>(client => builder.UseModel(client));
        Use<IThreadStore>(store => builder.UseStateStore(store));
        Use<ModelCatalog>(catalog => builder.UseModelCatalog(catalog));
        Use<ILoggerFactory>(loggers => builder.UseLoggers(loggers));
        Use<TimeProvider>(time => builder.UseTimeProvider(time));
        configure?.Invoke(builder, provider);
        return builder.Build();

        void Use<T>(Action<T> use) where T : class
        {
            if (provider.GetService<T>() is { } service)
            {
                use(service);
            }
        }
    }
}
