using System.Text.RegularExpressions;

namespace Drafthorse.Settings;

/// <summary>Variables of this process that commands of the local sandbox get too, and what in them is secret.</summary>
internal static partial class PassedVariables
{
    /// <summary>Reads their names. Throws <see cref="SettingsException"/>.</summary>
    public static IReadOnlyList<string> Read(SettingsReader reader)
    {
        var names = reader.Words("Drafthorse:Sandbox:PassEnvironment");
        return names.FirstOrDefault(name => !Name().IsMatch(name)) is { } wrong
            ? throw new SettingsException($"Drafthorse:Sandbox:PassEnvironment must name variables, such as HTTPS_PROXY; '{wrong}' is no name of one. Values stay in the variables.")
            : names;
    }

    /// <summary>What must not be shown of their values: user and password of addresses, and the whole of what its name says is a secret.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Secrets(IReadOnlyList<string> names, Func<string, string?> valueOf)
    {
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (valueOf(name) is not { Length: > 0 } value)
                continue;
            var found = SecretName().IsMatch(name) ? [value] : Credentials().Matches(value).SelectMany(match => OfAddress(match)).ToArray();
            foreach (var (index, secret) in found.Distinct(StringComparer.Ordinal).Index())
                yield return new(index == 0 ? name : $"{name}, {index + 1}", secret);
        }
    }

    private static IEnumerable<string> OfAddress(Match match)
    {
        var user = match.Groups["user"].Value;
        var password = match.Groups["password"].Value;

        // A short password alone would hide ordinary words; with what stands around it in an address it is found all the same.
        yield return $"{match.Groups["scheme"].Value}{user}{(password.Length > 0 ? ":" : "")}{password}@";
        if (password.Length > 0)
        {
            yield return $"{user}:{password}";
            yield return $"{Uri.UnescapeDataString(user)}:{Uri.UnescapeDataString(password)}";
            yield return password;
            yield return Uri.UnescapeDataString(password);
        }
        else
        {
            yield return user;
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Name();

    [GeneratedRegex("TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // Up to the last @ of the authority: a password may hold one.
    [GeneratedRegex(@"(?<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?(?<user>[^\s/:@]+)(:(?<password>[^\s/]*))?@")]
    private static partial Regex Credentials();
}
