using Drafthorse.Harness;

namespace Drafthorse.Settings;

/// <summary>Who may use the API as themselves, and how people are asked to decide.</summary>
internal static class PeopleSettings
{
    public const string Name = "DRAFTHORSE_PEOPLE_TOKENS";

    private const int ShortestToken = 20;

    /// <summary>Tokens by login, from <c>login=token</c> pairs.</summary>
    public static IReadOnlyDictionary<string, string> Read(SettingsReader reader)
    {
        var people = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in reader.Words(Name))
        {
            var (login, token) = pair.Split('=', 2) is [var name, var value] ? (name, value) : ("", "");
            if (login.Length == 0 || token.Length < ShortestToken)
                throw new SettingsException($"{Name} must hold pairs of a login and a token of at least {ShortestToken} characters, such as octocat=TOKEN,hubot=TOKEN.");
            if (!people.TryAdd(login, token) || people.Values.Count(other => other == token) > 1 || token == reader.Text("DRAFTHORSE_API_TOKEN"))
                throw new SettingsException($"{Name}: the token of {login} must be theirs alone, and each login stands there once.");
        }

        return people;
    }

    public static ApprovalOptions ReadApprovals(SettingsReader reader) => new()
    {
        Lifetime = TimeSpan.FromDays(reader.Number("Drafthorse:Approvals:Days", 7, 1, 365)),
        TwoPersons = reader.OneOf("Drafthorse:Approvals:TwoPersons", "true", "false") == "true",
    };
}
