using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub;

/// <summary>The person on GitHub who asked for a thread's work, kept in <see cref="ThreadOrigin.ChannelData"/>.</summary>
internal sealed record GitHubRequester
{
    /// <summary>The account's number, which survives a rename.</summary>
    public long Id { get; init; }

    /// <summary>The account's login when it asked.</summary>
    public string Login { get; init; } = "";

    /// <summary>The requester of a thread, or null when it did not begin on GitHub.</summary>
    public static GitHubRequester? Of(ThreadOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        if (origin.Channel != GitHubChannel.ChannelName || origin.ChannelData is not { } data)
            return null;
        try
        {
            return JsonSerializer.Deserialize(data, GitHubRequesterJson.Default.GitHubRequester) is { Id: > 0, Login.Length: > 0 } requester ? requester : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The trailer that credits the requester in a commit, with the address that GitHub links to the account.</summary>
    /// <param name="host">The code host, such as <c>github.com</c>.</param>
    public string CoAuthorTrailer(string host) => $"Co-authored-by: {Login} <{Id}+{Login}@users.noreply.{host}>";

    internal string ToJson() => JsonSerializer.Serialize(this, GitHubRequesterJson.Default.GitHubRequester);
}

[JsonSerializable(typeof(GitHubRequester))]
internal sealed partial class GitHubRequesterJson : JsonSerializerContext;
