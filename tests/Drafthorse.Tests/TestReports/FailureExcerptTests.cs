using System.Diagnostics;
using System.Text;
using Drafthorse.Harness.TestReports;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Tests.TestReports;

/// <summary>The first failing test is found in what the common runners print.</summary>
public sealed class FailureExcerptTests
{
    public static TheoryData<string, string, string, string> Reports => new()
    {
        {
            "dotnet test", "Restored.\n  Passed A.Fine [1 ms]\n  Failed A.Adds [5 ms]\n  Error Message:\n   Assert.Equal() Failure\n  Stack Trace:\n     at A.Adds()\n  Failed A.Later [1 ms]\n  Error Message:\n   later\nFailed!  - Failed: 2, Passed: 1\n",
            "Failed A.Adds [5 ms]", "Stack Trace:"
        },
        {
            "xunit", "xUnit.net v3\n    A.Adds [FAIL]\n      Assert.Equal() Failure: Values differ\n      Expected: 3\n    A.Later [FAIL]\n      later\n   === TEST EXECUTION SUMMARY ===\n",
            "A.Adds [FAIL]", "Expected: 3"
        },
        { "testing platform", "passed A.Fine (1ms)\nfailed A.Adds (12ms)\n  Assert.AreEqual failed. Expected:<3>\nfailed A.Later (1ms)\n  later\nTest run summary: Failed!\n", "failed A.Adds (12ms)", "Expected:<3>" },
        { "nunit", "Errors and Failures\n\n1) Failed : A.Adds\n  Expected: 3\n  But was:  2\n\n2) Failed : A.Later\n  later\n", "1) Failed : A.Adds", "But was:  2" },
        {
            "pytest", "collected 2 items\n\n=================== FAILURES ===================\n___________________ test_adds ___________________\n\n    def test_adds():\n>       assert add(1, 1) == 3\nE       assert 2 == 3\n\ntest_a.py:4: AssertionError\n___________________ test_later ___________________\nE later\n=========== short test summary info ============\nFAILED test_a.py::test_adds - later\n",
            "test_adds ____", "test_a.py:4: AssertionError"
        },
        { "unittest", "F.\n======================================================================\nFAIL: test_adds (a.T.test_adds)\n----------------------------------------------------------------------\nAssertionError: 2 != 3\n\n======================================================================\nFAIL: test_later (a.T)\nlater\n", "FAIL: test_adds", "2 != 3" },
        { "jest", "FAIL ./a.test.js\n  ● Console\n\n  ● adds › two\n\n    expect(received).toBe(expected)\n    Expected: 3\n\n  ● later\n\n    later\n\nTest Suites: 1 failed\n", "● adds › two", "Expected: 3" },
        { "vitest", " ❯ a.test.ts (2)\n\n FAIL  a.test.ts > adds\nAssertionError: expected 2 to be 3\n ❯ a.test.ts:3:19\n⎯⎯⎯⎯[1/2]⎯\n FAIL  a.test.ts > later\nlater\n", "FAIL  a.test.ts > adds", "a.test.ts:3:19" },
        { "mocha", "  1) adds\n\n  0 passing (3ms)\n  2 failing\n\n  1) calc\n       adds:\n     AssertionError: 2 == 3\n      at a.js:3\n\n  2) calc\n       later:\n     later\n", "1) calc", "at a.js:3" },
        { "go test", "=== RUN   TestAdds\n--- FAIL: TestAdds (0.00s)\n    a_test.go:7: got 2, want 3\n--- FAIL: TestLater (0.00s)\n    later\nFAIL\nFAIL\texample.org/a\t0.002s\n", "--- FAIL: TestAdds", "got 2, want 3" },
        { "cargo test", "test tests::adds ... FAILED\n\nfailures:\n\n---- tests::adds stdout ----\nthread 'tests::adds' panicked at src/lib.rs:9:9:\nassertion `left == right` failed\n\n---- tests::later stdout ----\nlater\n\nfailures:\n    tests::adds\n", "---- tests::adds stdout ----", "src/lib.rs:9:9" },
        { "maven", "[INFO] Running org.example.ATest\n[ERROR] Tests run: 2, Failures: 2, Errors: 0 <<< FAILURE! - in org.example.ATest\n[ERROR] adds(org.example.ATest)  Time elapsed: 0.01 s  <<< FAILURE!\njava.lang.AssertionError: expected:<3> but was:<2>\n\n[ERROR] later(org.example.ATest)  Time elapsed: 0 s  <<< FAILURE!\nlater\n", "adds(org.example.ATest)", "expected:<3> but was:<2>" },
        { "gradle", "> Task :test FAILED\n\nATest > adds() FAILED\n    org.opentest4j.AssertionFailedError: expected: <3> but was: <2>\n        at ATest.java:9\n\nATest > later() FAILED\n    later\n\n2 tests completed, 2 failed\n", "ATest > adds() FAILED", "ATest.java:9" },
        { "ctest", "    Start 1: fine\n1/3 Test #1: fine ....   Passed 0.00 sec\n    Start 2: adds\n2/3 Test #2: adds ....***Failed 0.01 sec\na.c:3: assertion failed: 2 == 3\n    Start 3: later\n3/3 Test #3: later ....***Failed\nlater\n", "Test #2: adds", "assertion failed: 2 == 3" },
        { "TAP", "TAP version 13\n1..4\nok 1 - fine\nnot ok 2 - known # TODO\nnot ok 3 - adds\n  ---\n  expected: 3\n  ...\nnot ok 4 - later\n", "not ok 3 - adds", "expected: 3" },
    };

    [Theory]
    [MemberData(nameof(Reports))]
    public void Of_ReportOfARunner_IsItsFirstFailingTestAlone(string runner, string report, string begins, string holds)
    {
        foreach (var output in new[] { report, report.ReplaceLineEndings("\r\n") })
        {
            var excerpt = FailureExcerpt.Of(output);

            Assert.True(excerpt is not null, runner);
            Assert.Contains(begins, excerpt.Split('\n')[0], StringComparison.Ordinal);
            Assert.Contains(holds, excerpt, StringComparison.Ordinal);
            Assert.DoesNotContain("later", excerpt, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("make: *** [all] Error 2\n")]
    [InlineData("1) buy milk\n2) not ok\nFAIL: nothing\n____ a _\n")]
    public void Of_NoReport_IsNothing(string output) => Assert.Null(FailureExcerpt.Of(output));

    public static TheoryData<string> HostilePieces => ["____ ", "not ok ", "1) \n", " > ", "*** Test \n", "\u001b]0;", "\r", "========= FAILURES ====\n"];

    /// <summary>The time for 5 MB is compared with that for a fifth of it.</summary>
    [Theory]
    [MemberData(nameof(HostilePieces))]
    public void Of_FiveHostileMegabytes_TakesTimeAsTheyAreLong_AndIsBounded(string piece)
    {
        var large = string.Concat(Enumerable.Repeat(piece, 5_000_000 / piece.Length));
        var small = large[..1_000_000];
        FailureExcerpt.Of(large[..10_000]);

        var timeOfSmall = Time(() => FailureExcerpt.Of(small));
        string? excerpt = null;
        var timeOfLarge = Time(() => excerpt = FailureExcerpt.Of(large));

        Assert.True(timeOfLarge < (timeOfSmall + TimeSpan.FromMilliseconds(40)) * 15, $"{timeOfSmall.TotalMilliseconds} ms, {timeOfLarge.TotalMilliseconds} ms");
        Assert.InRange(excerpt?.Length ?? 0, 0, 4 * FailureExcerpt.MostCharacters);
    }

    [Fact]
    public void Outcome_EscapesAndHiddenCharacters_AreTakenOutOrShown()
    {
        var result = VerifyOutcome.Of("make test", Result("\u001b[31mnot ok 1 - adds\u001b[0m\n  got \u202e2 \ud800\n  \u001b]0;title\u0007end\n", 1));

        Assert.Equal("not ok 1 - adds\n  got <U+202E>2\n  end", result.Excerpt);
        Assert.DoesNotContain('\u001b', result.OutputTail);
    }

    [Fact]
    public void Outcome_Passed_HasNoExcerpt() => Assert.Null(VerifyOutcome.Of("make test", Result("not ok 1 - flaky\n", 0)).Excerpt);

    [Fact]
    public void Outcome_FirstFailureFarFromTheEnd_IsFound()
    {
        var output = new StringBuilder("not ok 1 - adds\n  the reason\n");
        for (var line = 0; line < 20_000; line++)
            output.Append("ok ").Append(line).Append('\n');

        var result = VerifyOutcome.Of("prove", Result(output.ToString(), 1));

        Assert.Equal("not ok 1 - adds\n  the reason", result.Excerpt);
        Assert.DoesNotContain("the reason", result.OutputTail, StringComparison.Ordinal);
    }

    private static TimeSpan Time(Action action)
    {
        var began = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(began);
    }

    private static ExecResult Result(string output, int code) => new() { End = ExecEnd.Exited, ExitCode = code, Output = output };
}
