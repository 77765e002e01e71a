using System.Globalization;
using Drafthorse.Harness.Sandboxes.Limits;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drafthorse.Harness.Drafts.Settings;

/// <summary>Reads <c>sandbox</c>: <c>memory</c>, <c>cpus</c> and <c>pids</c>, each one value, or a <c>request</c> and a <c>ceiling</c>.</summary>
internal sealed class SandboxReader(Action<YamlNode, string> add)
{
    private const decimal LeastMemory = 32m * 1024 * 1024, MostCpus = 1024, LeastPids = 16, MostPids = 4_194_304;

    public RequestedLimits Read(YamlNode value)
    {
        var limits = new RequestedLimits();
        if (value is not YamlMappingNode mapping)
        {
            add(value, "'sandbox' must hold memory, cpus or pids, each on a line of its own.");
            return limits;
        }

        foreach (var (key, node) in mapping)
        {
            var name = key is YamlScalarNode { Value: { } text } ? text : "";
            var (request, ceiling) = name is "memory" or "cpus" or "pids" ? ReadPair(name, node) : (null, null);
            limits = name switch
            {
                "memory" => limits with { MemoryBytes = (long?)request, MemoryCeilingBytes = (long?)ceiling },
                "cpus" => limits with { Cpus = (double?)request, CpuCeiling = (double?)ceiling },
                "pids" => limits with { Pids = (int?)request, PidsCeiling = (int?)ceiling },
                _ => Unknown(key, limits),
            };
        }

        return limits;
    }

    private RequestedLimits Unknown(YamlNode key, RequestedLimits limits)
    {
        add(key, "'sandbox' has memory, cpus and pids, and nothing else.");
        return limits;
    }

    private (decimal? Request, decimal? Ceiling) ReadPair(string name, YamlNode node)
    {
        if (node is not YamlMappingNode pair)
            return (ReadOne(name, node), null);
        (decimal? Request, decimal? Ceiling) found = default;
        foreach (var (key, value) in pair)
        {
            if (key is YamlScalarNode { Value: "request" })
                found.Request = ReadOne(name, value);
            else if (key is YamlScalarNode { Value: "ceiling" })
                found.Ceiling = ReadOne(name, value);
            else
                add(key, $"'{name}' is one value, or has request and ceiling.");
        }

        if (found.Ceiling < found.Request)
            add(node, $"the ceiling of '{name}' is below its request.");
        return found;
    }

    private decimal? ReadOne(string name, YamlNode node)
    {
        var text = node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } plain } ? plain : "";
        var (value, form) = name switch
        {
            "memory" => (ByteSize.TryParse(text, out var bytes) && bytes >= LeastMemory ? bytes : (decimal?)null, $"{ByteSize.Form}, at least 32MiB"),
            "cpus" => (Number(text, NumberStyles.AllowDecimalPoint, 0.1m, MostCpus), "a number such as 2 or 0.5"),
            _ => (Number(text, NumberStyles.None, LeastPids, MostPids), "a whole number of at least 16"),
        };
        if (value is null)
            add(node, $"'{name}' must be {form}.");
        return value;
    }

    private static decimal? Number(string text, NumberStyles style, decimal least, decimal most) =>
        decimal.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
