namespace Shop.Tests;

public sealed class TextToolsTests
{
    [Fact]
    public void Frobnicate_Spaces_AreTrimmed() => Assert.Equal("a", TextTools.Frobnicate(" A "));
}
