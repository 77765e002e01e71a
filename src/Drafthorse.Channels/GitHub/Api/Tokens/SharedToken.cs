namespace Drafthorse.Channels.GitHub.Api.Tokens;

/// <summary>A token that many callers share: bought once, by the first who needs it, however many ask at the same time.</summary>
internal sealed class SharedToken(TimeProvider time, TimeSpan margin)
{
    private readonly Lock _lock = new();
    private Task<InstallationToken>? _token;

    public async ValueTask<string> GetAsync(Func<CancellationToken, Task<InstallationToken>> buy, CancellationToken cancellationToken)
    {
        Task<InstallationToken> token;
        lock (_lock)
        {
            if (_token is null || _token.IsFaulted || _token.IsCanceled || (_token.IsCompletedSuccessfully && _token.Result.ExpiresAt - margin <= time.GetUtcNow()))
                _token = buy(CancellationToken.None);
            token = _token;
        }

        return (await token.WaitAsync(cancellationToken).ConfigureAwait(false)).Token;
    }

    public void Forget(string refused)
    {
        lock (_lock)
        {
            if (_token is { IsCompletedSuccessfully: true } token && token.Result.Token == refused)
                _token = null;
        }
    }
}
