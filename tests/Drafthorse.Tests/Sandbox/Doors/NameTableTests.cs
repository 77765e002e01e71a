using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Tests.Sandbox.Doors;

public sealed class NameTableTests
{
    [Fact]
    public void AddressOf_SameName_SameAddressInTheRange()
    {
        var table = new NameTable(10);

        var first = table.AddressOf("a.example");
        var second = table.AddressOf("b.example");

        Assert.Equal(first, table.AddressOf("a.example"));
        Assert.NotEqual(first, second);
        Assert.All([first, second], address => Assert.Equal(0x7F40_0000u, address & 0xFFC0_0000));
    }

    [Fact]
    public void TryGetName_KnownAndUnknown_FindsOnlyTheKnown()
    {
        var table = new NameTable(10);
        var address = table.AddressOf("a.example");

        Assert.True(table.TryGetName(address, out var name));
        Assert.Equal("a.example", name);
        Assert.False(table.TryGetName(address + 1, out _));
        Assert.False(table.TryGetName(0x7F00_0001, out _));
    }

    [Fact]
    public void AddressOf_MoreNamesThanFit_ForgetsTheLeastRecentlyUsedAndKeepsItsAddressUnused()
    {
        var table = new NameTable(2);
        var used = table.AddressOf("used.example");
        var old = table.AddressOf("old.example");
        table.TryGetName(used, out _);

        var fresh = table.AddressOf("new.example");

        Assert.True(table.TryGetName(used, out _));
        Assert.False(table.TryGetName(old, out _));
        Assert.DoesNotContain(fresh, new[] { used, old });
        Assert.NotEqual(old, table.AddressOf("old.example"));
    }
}
