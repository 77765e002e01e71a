using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Drafthorse.Channels.GitHub;
using Drafthorse.Channels.GitHub.Api;

namespace Drafthorse.IntegrationTests.Channels.GitHub;

/// <summary>What the client can ask of GitHub at all: every method it has is called, and the calls are the whole list.</summary>
public partial class GitHubApiSurfaceTests
{
    private static readonly string[] Allowed =
    [
        "DELETE repos/o/r/issues/comments/1",
        "GET repos/o/r/collaborators/x/permission",
        "GET repos/o/r/contents/x",
        "GET repos/o/r/issues/1/comments",
        "GET repos/o/r/pulls",
        "GET repos/o/r/pulls/1",
        "GET users/x",
        "PATCH repos/o/r/issues/comments/1 body",
        "PATCH repos/o/r/pulls/1 body",
        "POST repos/o/r/issues/1/comments body",
        "POST repos/o/r/issues/1/labels labels",
        "POST repos/o/r/issues/1/reactions content",
        "POST repos/o/r/issues/comments/1/reactions content",
        "POST repos/o/r/pulls base,body,draft,head,title",
        "POST repos/o/r/pulls/1/requested_reviewers reviewers,team_reviewers",
    ];

    [Fact]
    public async Task EveryMethod_CallsOnlyThese_AndNoneCanMergeApproveCloseOrReady()
    {
        var recorder = new Recorder();
        using var http = new HttpClient(recorder);
        using var api = new GitHubApi(http, new GitHubOptions { ApiUrl = new Uri("http://api.test/"), Token = "t" }, TimeProvider.System);
        var methods = typeof(GitHubApi).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsSpecialName && method.Name != nameof(IDisposable.Dispose)).ToList();

        foreach (var method in methods)
        {
            var task = (Task)method.Invoke(api, [.. method.GetParameters().Select(Argument)])!;
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        Assert.Equal(Allowed, recorder.Calls.Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(recorder.Bodies, body => body.Contains("\"draft\":true", StringComparison.Ordinal));
    }

    private static object? Argument(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(Repo) => new Repo("o", "r"),
        var type when type == typeof(string) => "x",
        var type when type == typeof(int) => 1,
        var type when type == typeof(long) => 1L,
        var type when type == typeof(CancellationToken) => TestContext.Current.CancellationToken,
        var type when type == typeof(NewDraft) => new NewDraft { Title = "t", Head = "h", Base = "b", Body = "x" },
        var type when type == typeof(RequestedReviewers) => new RequestedReviewers { Reviewers = ["a"], TeamReviewers = ["b"] },
        var type when type == typeof(IReadOnlyList<string>) => new[] { "l" },
        _ => null,
    };

    private sealed partial class Recorder : HttpMessageHandler
    {
        public List<string> Calls { get; } = [];

        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            Bodies.Add(body);
            var members = string.Join(',', Member().Matches(body).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
            Calls.Add($"{request.Method} {request.RequestUri!.AbsolutePath.Trim('/')} {members}".Trim());
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(request.Method == HttpMethod.Get ? "[]" : "{}") };
        }

        [GeneratedRegex("\"([a-z_]+)\":")]
        private static partial Regex Member();
    }
}
