using System.Reflection;

namespace Drafthorse.Tests.House;

/// <summary>What the build files promise of the libraries is really in force.</summary>
public sealed class LibraryPropertiesTests
{
    public static TheoryData<string> Libraries => ["Drafthorse.Sandbox", "Drafthorse.Harness", "Drafthorse.Harness.Docker", "Drafthorse.Harness.Postgres", "Drafthorse.Harness.Redis", "Drafthorse.Harness.Sqlite", "Drafthorse.Channels"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_Built_IsReadyForAheadOfTimeCompilation(string library)
    {
        var metadata = Assembly.Load(library).GetCustomAttributes<AssemblyMetadataAttribute>();

        Assert.Contains(metadata, attribute => attribute is { Key: "IsTrimmable", Value: "True" });
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_Built_HasItsDocumentationBesideIt(string library)
    {
        var documentation = Path.ChangeExtension(Assembly.Load(library).Location, ".xml");

        Assert.True(File.Exists(documentation), $"There is no {documentation}.");
    }
}
