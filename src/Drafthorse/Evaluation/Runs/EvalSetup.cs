using Drafthorse.Composition;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Harness;
using Drafthorse.Settings;

namespace Drafthorse.Evaluation.Runs;

/// <summary>What all repetitions of an evaluation have in common.</summary>
/// <param name="Settings">The person's settings.</param>
/// <param name="SandboxKind">Where agents and checks work.</param>
internal sealed record EvalSetup(DrafthorseSettings Settings, string SandboxKind)
{
    private const string Prices = "models.json";

    /// <summary>The settings of one repetition: a home of its own, no code host, no store of the person's. Throws <see cref="IOException"/>.</summary>
    public DrafthorseSettings SettingsAt(string home)
    {
        Directory.CreateDirectory(home);
        var prices = Path.Combine(Settings.Home, Prices);
        if (File.Exists(prices))
            File.Copy(prices, Path.Combine(home, Prices), overwrite: true);
        return Settings with { Home = home, DatabaseUrl = null, RedisUrl = null, GitHub = null, SandboxType = SandboxKind, ApiToken = null, MetricsToken = null, PlanMode = new PlanModeOptions { Enabled = false } };
    }

    /// <summary>How the platform of one repetition is put together: as for <c>run</c>, within the task's limits.</summary>
    public PlatformOptions OptionsOf(Repetition repetition, ProviderWatch provider)
    {
        var limits = repetition.Task.Limits;
        return Features.Without(
            new PlatformOptions
            {
                Model = repetition.Variant.ModelOf(repetition.Task),
                Fallbacks = [],
                Sandbox = SandboxKind,
                MayBeLocal = SandboxKind == "local",
                Budget = BudgetOf(limits),
                Limit = new ModelCallLimit { MaxCalls = limits.Steps, MaxDuration = limits.Time },
                CommandTimeout = limits.CheckTime,
                CanAsk = false,
                Adjust = builder => builder.Use(provider),
            },
            repetition.Variant.Without);
    }

    private ThreadBudget BudgetOf(TaskLimits limits) => new()
    {
        CostUsd = limits.CostUsd,
        UserPerDayUsd = null,
        UnpricedTokens = Settings.Budget.UnpricedTokens,
        UserPerDayUnpricedTokens = null,
    };
}
