using Drafthorse.Harness.Models;

namespace Drafthorse.Tests.Models.Scripts;

/// <summary>What is wrong in a script is said in the words of scripts.</summary>
public sealed class ScriptProblemTests
{
    [Theory]
    [InlineData("""{"text":5}""", "'text' must be a string")]
    [InlineData("""{"txt":"a"}""", "there is no member 'txt'")]
    [InlineData("""{"calls":[{"tool":"x"}]}""", "there is no member 'tool'; a call has id, name, arguments")]
    [InlineData("""{"calls":{}}""", "'calls' must be an array of calls")]
    [InlineData("""{"error":"broken"}""", "'error' must be one of")]
    [InlineData("""{"delayMs":"long"}""", "'delayMs' must be a whole number")]
    [InlineData("""{"usage":{"input":1.5}}""", "must be a whole number of tokens")]
    [InlineData("""{"repeat":"yes"}""", "'repeat' must be true or false")]
    [InlineData("""{"text":"a" """, "it is not JSON")]
    [InlineData("[1]", "must be an object")]
    [InlineData("null", "must be an object")]
    [InlineData("[null]", "must be an object")]
    [InlineData("""{"text":"\ud800"}""", "")]
    public void Parse_WrongScript_NamesThePlaceAndNoTypesOfTheRuntime(string text, string words)
    {
        var exception = Assert.Throws<ModelException>(() => ModelScript.Parse(text, "demo.jsonl"));

        Assert.StartsWith("demo.jsonl", exception.Message, StringComparison.Ordinal);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        foreach (var name in new[] { "System.", "Drafthorse.Harness", "JsonElement", "Path:", ".NET", "Nullable" })
        {
            Assert.DoesNotContain(name, exception.Message, StringComparison.Ordinal);
        }
    }
}
