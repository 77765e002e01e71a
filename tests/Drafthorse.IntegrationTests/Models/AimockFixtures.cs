namespace Drafthorse.IntegrationTests.Models;

/// <summary>What the stand-in answers. Each provider has a task of its own, as the stand-in counts matches per task.</summary>
internal static class AimockFixtures
{
    public static readonly string[] Providers = ["openai", "openai-chat", "anthropic", "dashscope"];

    public static string Json { get; } = "{\"fixtures\":[" + string.Join(',', Providers.Select(Flaky).Concat(Providers.Select(Task)).Append(Tools).Append(Out)) + "]}";

    /// <summary>429 with Retry-After, 500, overloaded, an answer that is cut, and then a whole one.</summary>
    private static string Flaky(string provider) => $$$"""
        {"match":{"userMessage":"flaky for {{{provider}}}.","sequenceIndex":0},"response":{"error":{"message":"Rate limit reached","type":"rate_limit_error"},"status":429,"retryAfter":1}},
        {"match":{"userMessage":"flaky for {{{provider}}}.","sequenceIndex":1},"response":{"error":{"message":"boom","type":"server_error"},"status":500}},
        {"match":{"userMessage":"flaky for {{{provider}}}.","sequenceIndex":2},"response":{"error":{"message":"Overloaded","type":"overloaded_error"},"status":529}},
        {"match":{"userMessage":"flaky for {{{provider}}}.","sequenceIndex":3},"latency":20,"response":{"content":"These words are cut in the middle, so nobody may see them in the end, however many of them there are and however slowly they come: what counts is the whole answer."},"truncateAfterChunks":6},
        {"match":{"userMessage":"flaky for {{{provider}}}."},"response":{"content":"At last, the whole answer."}}
        """;

    /// <summary>A task with a tool call, and a failure of each kind before and between: each costs one retry of about two seconds.</summary>
    private static string Task(string provider) => $$$"""
        {"match":{"userMessage":"write a file with {{{provider}}}.","hasToolResult":false,"sequenceIndex":0},"response":{"error":{"message":"Rate limit reached","type":"rate_limit_error"},"status":429,"retryAfter":1}},
        {"match":{"userMessage":"write a file with {{{provider}}}.","hasToolResult":false,"sequenceIndex":1},"response":{"error":{"message":"boom","type":"server_error"},"status":500}},
        {"match":{"userMessage":"write a file with {{{provider}}}.","hasToolResult":false},"response":{"content":"I write it.","toolCalls":[{"name":"write_file","arguments":"{\"path\":\"made.txt\",\"content\":\"written\\n\"}"}]}},
        {"match":{"userMessage":"write a file with {{{provider}}}.","toolResultContains":"made.txt","sequenceIndex":0},"response":{"error":{"message":"Overloaded","type":"overloaded_error"},"status":529}},
        {"match":{"userMessage":"write a file with {{{provider}}}.","toolResultContains":"made.txt","sequenceIndex":1},"latency":20,"response":{"content":"These words are cut in the middle, so nobody may see them in the end, however many of them there are and however slowly they come."},"truncateAfterChunks":6},
        {"match":{"userMessage":"write a file with {{{provider}}}.","toolResultContains":"made.txt"},"response":{"content":"All is well."}}
        """;

    private const string Tools = """
        {"match":{"userMessage":"read two files","hasToolResult":false},"response":{"reasoning":"Two files.","content":"Let me look.","toolCalls":[{"name":"read_file","arguments":"{\"path\":\"a.txt\"}"},{"name":"read_file","arguments":"{\"path\":\"b.txt\"}"}]}},
        {"match":{"userMessage":"read two files","toolResultContains":"content of b.txt"},"response":{"content":"Both were read."}}
        """;

    private const string Out = """
        {"match":{"userMessage":"out of order","model":"gpt-out"},"latency":20,"response":{"content":"These are the first words of an answer that breaks off before it has said anything that is of use to anybody at all."},"truncateAfterChunks":3},
        {"match":{"userMessage":"out of order"},"response":{"content":"Somebody else answers."}}
        """;
}
