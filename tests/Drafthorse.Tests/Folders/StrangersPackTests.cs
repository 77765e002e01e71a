using Drafthorse.Folders;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Tests.Folders;

/// <summary>What the host unpacks of a folder's copy is chosen by whoever owns the sandbox.</summary>
public sealed class StrangersPackTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private readonly FolderWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task TakePack_WithinBounds_IsThere() =>
        Assert.Null(await TakeAsync(new UnpackBounds(), files: 2));

    [Fact]
    public async Task TakePack_FileThatUnfolds_IsRefusedAndNothingOfItStays() =>
        Assert.Contains("is 1 MiB when it is unpacked; most is 1 MiB", await TakeAsync(new UnpackBounds { MaxObjectBytes = Mebibyte - 1 }, files: 1), StringComparison.Ordinal);

    [Fact]
    public async Task TakePack_OneFileUnderManyNames_IsRefusedByTheSum() =>
        Assert.Contains("the changed files are 5 MiB when checked out; most is 4 MiB", await TakeAsync(new UnpackBounds { MaxTreeBytes = 4 * Mebibyte }, files: 5), StringComparison.Ordinal);

    [Fact]
    public async Task TakePack_WithoutTheTreeThatItIsSaidToHave_IsRefused() =>
        Assert.NotNull(await TakeAsync(new UnpackBounds(), files: 1, tree: new string('1', 40)));

    /// <summary>Takes a pack with a tree of files that compress well; returns why it was refused.</summary>
    private async Task<string?> TakeAsync(UnpackBounds bounds, int files, string? tree = null)
    {
        _world.Write("mine.txt", "mine");
        var states = await _world.OpenAsync();
        var before = await states.TakeAsync(Ct);
        for (var file = 0; file < files; file++)
            _world.Write($"stranger/{file}", new string('0', Mebibyte));
        var stranger = Path.Combine(_world.Folder, "stranger");
        _world.Commit("stranger");
        var theirs = _world.Git(stranger, "rev-parse", "HEAD^{tree}").Trim();
        var name = _world.Git(stranger, "pack-objects", "-q", "--all", "../pack").Trim();
        try
        {
            await states.Git.TakePackAsync(Path.Combine(_world.Folder, $"pack-{name}.pack"), bounds, before, tree ?? theirs, Ct);
            return null;
        }
        catch (FolderException exception)
        {
            return exception.Message;
        }
    }
}
