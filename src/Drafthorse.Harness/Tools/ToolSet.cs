using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>The tools of an agent, in a fixed order, each name once.</summary>
internal sealed class ToolSet
{
    private readonly Dictionary<string, AIFunction> _byName;

    /// <summary>A set of these tools. A later tool of the same name takes the place of an earlier one.</summary>
    public ToolSet(IEnumerable<AIFunction> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        var all = new List<AIFunction>();
        foreach (var tool in tools)
        {
            var index = all.FindIndex(known => known.Name == tool.Name);
            if (index < 0)
                all.Add(tool);
            else
                all[index] = tool;
        }

        All = all;
        _byName = all.ToDictionary(tool => tool.Name, StringComparer.Ordinal);
    }

    /// <summary>The tools in order.</summary>
    public IReadOnlyList<AIFunction> All { get; }

    /// <summary>The tool of this name, or null.</summary>
    public AIFunction? Find(string name) => _byName.GetValueOrDefault(name);
}
