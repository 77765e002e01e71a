using System.Diagnostics.CodeAnalysis;

namespace Drafthorse.Sandbox.Doors;

/// <summary>
/// Synthetic addresses for names, out of 127.64.0.0/10. Addresses are handed out in a circle, so that one that was taken from its
/// name stays unused for as long as possible.
/// </summary>
internal sealed class NameTable(int capacity)
{
    private const uint First = 0x7F40_0001;
    private const uint Last = 0x7F7F_FFFE;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, LinkedListNode<Entry>> _byAddress = [];
    private readonly LinkedList<Entry> _recent = new();
    private uint _next = First;

    /// <summary>The address of a name, a new one when it has none.</summary>
    public uint AddressOf(string name)
    {
        lock (_lock)
        {
            if (_byName.TryGetValue(name, out var node))
            {
                Touch(node);
                return node.Value.Address;
            }

            if (_byName.Count >= capacity)
                Remove(_recent.Last!);

            while (_byAddress.ContainsKey(_next))
                Advance();
            node = _recent.AddFirst(new Entry(name, _next));
            Advance();
            _byName.Add(name, node);
            _byAddress.Add(node.Value.Address, node);
            return node.Value.Address;
        }
    }

    /// <summary>The name an address was given to.</summary>
    public bool TryGetName(uint address, [NotNullWhen(true)] out string? name)
    {
        lock (_lock)
        {
            if (!_byAddress.TryGetValue(address, out var node))
            {
                name = null;
                return false;
            }

            Touch(node);
            name = node.Value.Name;
            return true;
        }
    }

    private void Advance() => _next = _next == Last ? First : _next + 1;

    private void Touch(LinkedListNode<Entry> node)
    {
        _recent.Remove(node);
        _recent.AddFirst(node);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _recent.Remove(node);
        _byName.Remove(node.Value.Name);
        _byAddress.Remove(node.Value.Address);
    }

    private readonly record struct Entry(string Name, uint Address);
}
