namespace Drafthorse.Harness.Text;

/// <summary>How people call each other.</summary>
internal static class PersonNames
{
    /// <summary>The name of a user as threads know it (<c>github:ada</c>), without the channel before it.</summary>
    public static string Of(string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Split(':', 2) switch
        {
            ["http", "api"] => "the API",
            [_, { Length: > 0 } name] => name,
            _ => user,
        };
    }
}
