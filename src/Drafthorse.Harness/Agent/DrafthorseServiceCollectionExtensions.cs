using Drafthorse.Harness;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Outbox;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
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

    /// <summary>
    /// Adds a hosted service that claims and runs the threads of the agent without a key, and hands what they owe (statuses, replies) to the
    /// registered <see cref="IChannel"/>s. A message comes in by <see cref="IThreadStore.EnqueueAsync"/>, also from another process.
    /// </summary>
    public static IServiceCollection AddDrafthorseWorker(this IServiceCollection services, Action<ThreadWorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<IHostedService>(provider =>
        {
            var agent = provider.GetRequiredService<HarnessAgent>();
            var options = new ThreadWorkerOptions();
            configure?.Invoke(options);
            var time = provider.GetService<TimeProvider>();
            return new AgentWorkerService(
                new ThreadWorker(agent.Store, (lease, draining) => agent.RunAsync(lease, null, draining), options, time, provider.GetService<ILogger<ThreadWorker>>()),
                new OutboxDispatcher(agent.Store, provider.GetServices<IChannel>(), new OutboxDispatcherOptions(), time, provider.GetService<ILogger<OutboxDispatcher>>()));
        });
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
