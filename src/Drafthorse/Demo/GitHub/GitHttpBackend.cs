using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Drafthorse.Harness.Host;

namespace Drafthorse.Demo.GitHub;

/// <summary>Runs <c>git http-backend</c>, a CGI program, for one request; bodies stream both ways.</summary>
internal static class GitHttpBackend
{
    /// <summary>Answers a request whose path is below the project root.</summary>
    public static async Task AnswerAsync(HttpContext context, string projectRoot)
    {
        using var process = Process.Start(NewStart(context.Request, projectRoot))!;
        var aborted = context.RequestAborted;
        await using var kill = aborted.Register(() => process.Kill(entireProcessTree: true)).ConfigureAwait(false);
        var errors = process.StandardError.ReadToEndAsync(aborted);
        var feeding = FeedAsync(context.Request, process.StandardInput.BaseStream, aborted);
        var output = PipeReader.Create(process.StandardOutput.BaseStream);
        await CopyHeadAsync(output, context.Response, aborted).ConfigureAwait(false);
        await output.CopyToAsync(context.Response.Body, aborted).ConfigureAwait(false);
        await feeding.ConfigureAwait(false);
        await process.WaitForExitAsync(aborted).ConfigureAwait(false);
        await errors.ConfigureAwait(false);
    }

    /// <summary>A git process with a small environment, redirected.</summary>
    public static ProcessStartInfo NewStart(string directory)
    {
        var start = new ProcessStartInfo(ProgramFile.Find("git") ?? throw new InvalidOperationException("git is not on PATH"))
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = ProgramFile.SearchPath;
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_AUTHOR_NAME"] = start.Environment["GIT_COMMITTER_NAME"] = "Demo";
        start.Environment["GIT_AUTHOR_EMAIL"] = start.Environment["GIT_COMMITTER_EMAIL"] = "demo@localhost";
        return start;
    }

    private static ProcessStartInfo NewStart(HttpRequest request, string projectRoot)
    {
        var start = NewStart(projectRoot);
        start.ArgumentList.Add("http-backend");
        var environment = start.Environment;
        environment["GIT_PROJECT_ROOT"] = projectRoot;
        environment["GIT_HTTP_EXPORT_ALL"] = "1";
        environment["PATH_INFO"] = request.Path.Value;
        environment["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?') ?? "";
        environment["REQUEST_METHOD"] = request.Method;
        environment["REMOTE_USER"] = "token";
        environment["REMOTE_ADDR"] = "127.0.0.1";
        environment["CONTENT_TYPE"] = request.ContentType ?? "";
        if (request.ContentLength is { } length)
            environment["CONTENT_LENGTH"] = length.ToString(CultureInfo.InvariantCulture);
        environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        return start;
    }

    private static async Task FeedAsync(HttpRequest request, Stream input, CancellationToken cancellationToken)
    {
        await using var closing = input.ConfigureAwait(false);
        try
        {
            await request.Body.CopyToAsync(input, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // git had read enough; what it says of it is in its answer.
        }
    }

    private static async Task CopyHeadAsync(PipeReader output, HttpResponse response, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await output.ReadAsync(cancellationToken).ConfigureAwait(false);
            var text = Encoding.ASCII.GetString(read.Buffer);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0 && read.IsCompleted)
            {
                response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            }

            if (end < 0)
            {
                output.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            foreach (var line in text[..end].Split("\r\n"))
                SetHeader(response, line.Split(": ", 2));
            output.AdvanceTo(read.Buffer.GetPosition(end + 4));
            return;
        }
    }

    private static void SetHeader(HttpResponse response, string[] header)
    {
        if (header is ["Status", var status])
            response.StatusCode = int.Parse(status.AsSpan(0, 3), CultureInfo.InvariantCulture);
        else if (header is [var name, var value])
            response.Headers[name] = value;
    }
}
