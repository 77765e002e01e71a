using System.IO.Pipelines;
using System.Text;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;

namespace Drafthorse.Tests.Models.Http;

public sealed class IdleTimeoutTests
{
    [Fact]
    public async Task Ask_SilenceInTheMiddle_IsATimeout()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"), TestContext.Current.CancellationToken);
        var factory = new ModelFactory(
            ModelTest.Settings(("OPENAI_API_KEY", "k")), retry: new RetryOptions { MaxAttempts = 1 },
            time: new InstantTime(TimeSpan.FromMinutes(4)), handler: new RecordedHttp().Body(pipe.Reader.AsStream()));

        var exception = await Assert.ThrowsAsync<ModelException>(() => factory.Create(ModelSpec.Parse("openai-chat:m")).AskAsync());

        Assert.Equal(ModelErrorKind.Timeout, exception.Kind);
    }
}
