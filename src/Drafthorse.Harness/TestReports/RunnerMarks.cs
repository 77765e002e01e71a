namespace Drafthorse.Harness.TestReports;

/// <summary>How a test runner's output begins the part on a failing test, and how it goes on to something else.</summary>
/// <param name="Name">The runner.</param>
/// <param name="Begins">Whether a line begins such a part.</param>
/// <param name="Ends">Whether a line after it is no longer of it.</param>
/// <param name="After">Whether a line must have come before, without which <paramref name="Begins"/> says nothing; null = none.</param>
internal sealed record RunnerMarks(string Name, LineMark Begins, LineMark Ends, LineMark? After = null)
{
    /// <summary>The runners that are known. Each mark looks at one bounded line, by plain comparisons.</summary>
    public static IReadOnlyList<RunnerMarks> All { get; } =
    [
        new("xunit", line => line.TrimEnd().EndsWith("[FAIL]"), line => line.TrimEnd().EndsWith("[FAIL]") || line.Contains("TEST EXECUTION SUMMARY", StringComparison.Ordinal) || line.TrimStart().StartsWith("Passed ")),
        new("vstest", IsVsTest, line => IsVsTest(line) || line.TrimStart().StartsWith("Passed ") || line.StartsWith("Failed!") || line.StartsWith("Results File") || line.StartsWith("Total tests")),
        new("testing-platform", line => line.StartsWith("failed ") && line.TrimEnd().EndsWith(')'), line => line.StartsWith("failed ") || line.StartsWith("passed ") || line.StartsWith("skipped ") || line.StartsWith("Test run summary")),
        new("nunit", line => line.StartsWith("1) Failed : ") || line.StartsWith("1) Error : "), line => line.StartsWith("2) ") || line.StartsWith("Run Settings")),
        new("pytest", line => line.StartsWith("____") && line.TrimEnd().EndsWith('_') && line.Contains(' '), line => line.StartsWith("====") || (line.StartsWith("____") && line.Contains(' ')), line => line.StartsWith("===") && (line.Contains(" FAILURES ", StringComparison.Ordinal) || line.Contains(" ERRORS ", StringComparison.Ordinal))),
        new("unittest", line => (line.StartsWith("FAIL: ") || line.StartsWith("ERROR: ")) && line.Contains('('), line => line.StartsWith("======"), line => line.StartsWith("======")),
        new("jest", line => line.TrimStart().StartsWith("● ") && !line.TrimStart().StartsWith("● Console"), line => line.TrimStart().StartsWith("● ") || line.StartsWith("Test Suites:")),
        new("vitest", line => line.TrimStart().StartsWith("FAIL ") && line.Contains(" > ", StringComparison.Ordinal), line => line.TrimStart().StartsWith("⎯⎯") || line.TrimStart().StartsWith("FAIL ") || line.TrimStart().StartsWith("Test Files ")),
        new("mocha", line => line.TrimStart().StartsWith("1) "), line => line.TrimStart().StartsWith("2) "), line => line.TrimEnd().EndsWith(" failing") && char.IsAsciiDigit(FirstOf(line))),
        new("go", line => line.TrimStart().StartsWith("--- FAIL: "), line => line.StartsWith("--- ") || line.StartsWith("FAIL") || line.StartsWith("PASS") || line.StartsWith("ok  ") || line.StartsWith("exit status")),
        new("cargo", line => line.StartsWith("---- ") && line.TrimEnd().EndsWith(" stdout ----"), line => line.StartsWith("---- ") || line.StartsWith("failures:")),
        new("maven", line => IsMaven(line) && !line.Contains("Tests run:", StringComparison.Ordinal), line => IsMaven(line) || line.StartsWith("[INFO]") || line.StartsWith("[ERROR] Failures:") || line.StartsWith("[ERROR] Errors:")),
        new("gradle", IsGradle, line => IsGradle(line) || line.Contains(" tests completed, ", StringComparison.Ordinal) || line.StartsWith("FAILURE: ")),
        new("ctest", line => line.Contains("***", StringComparison.Ordinal) && line.Contains(" Test ", StringComparison.Ordinal) && line.Contains('#'), line => line.TrimStart().StartsWith("Start ") || line.Contains(" Test ", StringComparison.Ordinal) && line.Contains('#') || line.Contains("% tests passed", StringComparison.Ordinal)),
        new("tap", line => IsTap(line) && !line.Contains("# TODO", StringComparison.OrdinalIgnoreCase) && !line.Contains("# SKIP", StringComparison.OrdinalIgnoreCase), line => IsTap(line) || line.TrimStart().StartsWith("ok ") || line.StartsWith("1..")),
    ];

    private static char FirstOf(ReadOnlySpan<char> line) => line.TrimStart() is { Length: > 0 } text ? text[0] : ' ';

    private static bool IsVsTest(ReadOnlySpan<char> line) => line.TrimStart().StartsWith("Failed ") && line.TrimEnd().EndsWith(']') && line.Contains(" [", StringComparison.Ordinal);

    private static bool IsMaven(ReadOnlySpan<char> line) => line.Contains("<<< FAILURE!", StringComparison.Ordinal) || line.Contains("<<< ERROR!", StringComparison.Ordinal);

    private static bool IsGradle(ReadOnlySpan<char> line) => line.TrimEnd().EndsWith(" FAILED") && line.Contains(" > ", StringComparison.Ordinal) && !line.TrimStart().StartsWith(">");

    private static bool IsTap(ReadOnlySpan<char> line) => line.TrimStart().StartsWith("not ok ");
}

/// <summary>Whether a line is of a kind.</summary>
internal delegate bool LineMark(ReadOnlySpan<char> line);
