namespace Drafthorse.Channels.GitHub.Api;

internal static class Accounts
{
    /// <summary>By number where both are known; an App's bot is known by its login, which people cannot have.</summary>
    public static bool AreSame(Account? one, Account other) => one is not null
        && (one.Id != 0 && other.Id != 0 ? one.Id == other.Id : one.Login.Equals(other.Login, StringComparison.OrdinalIgnoreCase));
}
