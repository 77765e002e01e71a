using Drafthorse.Settings;
using Drafthorse.Terminal;
using Microsoft.Extensions.Configuration;

namespace Drafthorse.Tests.Terminal;

public sealed class WorkTargetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("drafthorse-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Find_AFolderThatIsNoRepository_IsWorkedInAsItIs()
    {
        var target = WorkTarget.Find(_folder, Settings(Path.Combine(_folder, "..", "elsewhere")));

        Assert.Equal((_folder, null), (target.Directory, target.Repository));
    }

    [Fact]
    public void Find_MoreThanAProject_IsRefusedWithWhatToDo()
    {
        string[] folders = ["/", "/.", "/tmp/..", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + "/"];

        Assert.All(folders, folder => Assert.Contains("Go to a project's folder", Assert.Throws<SettingsException>(() => WorkTarget.Find(folder, Settings(_folder))).Message, StringComparison.Ordinal));
    }

    private static DrafthorseSettings Settings(string home) => DrafthorseSettings.Read(new SettingsReader(
        new ConfigurationBuilder().AddInMemoryCollection([new KeyValuePair<string, string?>("DRAFTHORSE_HOME", home)]).Build()));
}
