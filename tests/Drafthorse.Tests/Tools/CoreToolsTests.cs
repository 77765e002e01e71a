using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Tools;

public sealed class CoreToolsTests : IAsyncLifetime
{
    private ToolHarness _tools = null!;

    public async ValueTask InitializeAsync() => _tools = await ToolHarness.StartAsync();

    public ValueTask DisposeAsync() => _tools.DisposeAsync();

    [Fact]
    public void All_Tools_HaveNamesSchemasAndEffects()
    {
        var tools = CoreTools.All;

        Assert.Equal(
            ["read_file", "write_file", "edit_file", "apply_patch", "delete_file", "list_files", "glob_files", "grep_files", "execute", "execute_output", "execute_status", "execute_kill", "ask_person"],
            tools.Select(tool => tool.Name));
        Assert.All(tools, tool => Assert.Equal("object", tool.JsonSchema.GetProperty("type").GetString()));
        Assert.Equal(
            ["write_file", "edit_file", "apply_patch", "delete_file", "execute", "execute_kill"],
            tools.Where(tool => tool.GetEffect() == ToolEffect.Write).Select(tool => tool.Name));
        Assert.DoesNotContain(tools, tool => tool.GetEffect() == ToolEffect.External);
    }

    [Fact]
    public async Task Files_WriteEditReadDelete_GoTheirWay()
    {
        Assert.Equal("Created src/a.py (+2 lines)", await _tools.TextAsync("write_file", """{"path":"src/a.py","content":"x = 1\ny = 2\n"}"""));
        Assert.Equal("Updated src/a.py: 1 place (+1 -1 lines)", await _tools.TextAsync("edit_file", """{"path":"src/a.py","edits":[{"old_text":"x = 1","new_text":"x = 3"}]}"""));
        Assert.Equal("x = 3\ny = 2\n", await _tools.TextAsync("read_file", """{"path":"src/a.py"}"""));
        Assert.Equal("y = 2\n[characters 6 to 12 of 12, lines 2 to 2]", await _tools.TextAsync("read_file", """{"path":"src/a.py","line":2}"""));
        Assert.Equal("[characters 0 to 4 of 12, lines 1 to 1; go on with offset 4]\nx = \n[characters 0 to 4 of 12, lines 1 to 1; go on with offset 4]", await _tools.TextAsync("read_file", """{"path":"src/a.py","limit":"4"}"""));
        Assert.Equal("a.py  12", await _tools.TextAsync("list_files", """{"path":"src"}"""));
        Assert.Equal("src/", await _tools.TextAsync("list_files", "{}"));
        Assert.Equal("src/a.py\n1: x = 3", await _tools.TextAsync("grep_files", """{"pattern":"x\\s="}"""));
        Assert.Equal("src/a.py", await _tools.TextAsync("glob_files", """{"pattern":"*.py"}"""));
        Assert.Equal(
            "Moved src/a.py to b.py (+1 -1 lines)",
            await _tools.TextAsync("apply_patch", """{"patch":"*** Begin Patch\n*** Update File: src/a.py\n*** Move to: b.py\n-y = 2\n+y = 4\n*** End Patch"}"""));
        Assert.Equal("Deleted b.py", await _tools.TextAsync("delete_file", """{"path":"b.py"}"""));
        Assert.Contains("no such file", await _tools.ErrorAsync("read_file", """{"path":"b.py"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_RefusedInTheSandbox_AreErrorsThatNameCauseAndCure()
    {
        Assert.Contains("outside the folders", await _tools.ErrorAsync("read_file", """{"path":"/etc/passwd"}"""), StringComparison.Ordinal);
        Assert.Contains("outside the folders", await _tools.ErrorAsync("write_file", """{"path":"../x","content":""}"""), StringComparison.Ordinal);
        Assert.Contains("regular expression", await _tools.ErrorAsync("grep_files", """{"pattern":"("}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadFile_Picture_IsGivenAsOne()
    {
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1];
        await File.WriteAllBytesAsync(_tools.Folder.Inside("p.png"), png, TestContext.Current.CancellationToken);

        var output = await _tools.CallAsync("read_file", """{"path":"p.png"}""");

        Assert.Equal("image/png", output.Content[1].MediaType);
        Assert.Equal(png, output.Content[1].Data);
        Assert.True(output.NeverEvict);
    }

    [Theory]
    [InlineData("read_file", "{}", "\"path\" is missing")]
    [InlineData("read_file", """{"path":null}""", "\"path\" is missing")]
    [InlineData("read_file", """{"path":"a","offset":"many"}""", "\"offset\" must be a whole number")]
    [InlineData("read_file", """{"path":"a","line":1.5}""", "\"line\" must be a whole number")]
    [InlineData("read_file", """{"path":"a","limit":-1}""", "\"limit\" must be a whole number from 1")]
    [InlineData("read_file", """{"path":"a","offset":[1]}""", "\"offset\" must be a whole number")]
    [InlineData("read_file", """{"path":"a","offset":1e300}""", "\"offset\" must be a whole number")]
    [InlineData("read_file", """{"path":"\ud800"}""", "lone surrogate")]
    [InlineData("write_file", """{"path":"a"}""", "\"content\" is missing")]
    [InlineData("write_file", """{"path":"a","content":"\udc00x"}""", "lone surrogate")]
    [InlineData("edit_file", """{"path":"a"}""", "\"old_text\" is missing")]
    [InlineData("execute", """{"command":[]}""", "\"command\" is missing")]
    [InlineData("execute", """{"command":["ls",5]}""", "\"command[1]\" must be a text")]
    [InlineData("edit_file", """{"path":"a","edits":5}""", "\"edits\" must be a list")]
    [InlineData("edit_file", """{"path":"a","edits":["x"]}""", "\"edits[0]\" must be an object")]
    [InlineData("edit_file", """{"path":"a","edits":[{"old_text":"x"}]}""", "edits[0]: the argument \"new_text\" is missing")]
    [InlineData("delete_file", """{"path":"a","recursive":"perhaps"}""", "\"recursive\" must be true or false")]
    [InlineData("execute", "{}", "\"command\" is missing")]
    [InlineData("execute_output", """{"id":"none"}""", "no background command none")]
    [InlineData("execute_kill", """{"id":"../../x"}""", "no background command")]
    [InlineData("ask_person", """{"question":" "}""", "question is empty")]
    public async Task AnyTool_WrongArgument_IsNamed(string tool, string json, string expected) =>
        Assert.Contains(expected, await _tools.ErrorAsync(tool, json), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"file_path":"f","old_string":"a","new_string":"b"}""")]
    [InlineData("""{"path":"f","edits":{"old_text":"a","new_text":"b"},"unknown":[1,2]}""")]
    [InlineData("""{"path":"f","edits":"[{\"old_text\":\"a\",\"new_text\":\"b\",\"replace_all\":\"false\"}]"}""")]
    public async Task EditFile_ArgumentsAsModelsWriteThem_AreUnderstood(string json)
    {
        _tools.Folder.Put("f", "a");

        await _tools.TextAsync("edit_file", json);

        Assert.Equal("b", _tools.Folder.Get("f"));
    }

    [Fact]
    public async Task AnyTool_ArgumentsAsDotNetValues_AreUnderstood()
    {
        _tools.Folder.Put("f", "0123456789");

        var output = await _tools.CallAsync("read_file", new AIFunctionArguments { ["path"] = "f", ["offset"] = 2, ["limit"] = 3L, ["line"] = null });

        Assert.Contains("]\n234\n[", output.Content[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyTool_WorkingDirectoryOfTheContext_IsWherePathsStart()
    {
        _tools.Folder.Put("o/r/a.txt", "needle");
        _tools.WorkingDirectory = _tools.Folder.Inside("o/r");

        Assert.Equal("needle", await _tools.TextAsync("read_file", """{"path":"a.txt"}"""));
        Assert.Equal("a.txt", await _tools.TextAsync("glob_files", """{"pattern":"*"}"""));
        Assert.Equal("a.txt\n1: needle", await _tools.TextAsync("grep_files", """{"pattern":"needle"}"""));
        Assert.Equal("a.txt  6", await _tools.TextAsync("list_files", "{}"));
        Assert.Equal("Created b/c.txt (+1 lines)", await _tools.TextAsync("write_file", """{"path":"b/c.txt","content":"x"}"""));
        Assert.StartsWith(_tools.Folder.Inside("o/r") + "\n", await _tools.TextAsync("execute", """{"command":"pwd"}"""), StringComparison.Ordinal);
        Assert.StartsWith(_tools.Folder.Inside("o/r/b") + "\n", await _tools.TextAsync("execute", """{"command":"pwd","cwd":"b"}"""), StringComparison.Ordinal);
        Assert.Contains("outside", await _tools.ErrorAsync("read_file", """{"path":"../../../outside/secret"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("write_file", """{"path":"f","content":"new"}""", "new")]
    [InlineData("edit_file", """{"path":"f","edits":[{"old_text":"a","new_text":"aa"}]}""", "aa")]
    [InlineData("apply_patch", """{"patch":"*** Begin Patch\n*** Update File: f\n a\n+b\n*** End Patch"}""", "a\nb")]
    [InlineData("execute", """{"command":"printf x >> f"}""", "ax")]
    public async Task WriteTool_AskedAgainByItsCallId_HappensOnce(string tool, string json, string expected)
    {
        _tools.Folder.Put("f", "a");

        var first = await _tools.TextAsync(tool, json, "9-3-1");
        var again = await _tools.TextAsync(tool, json, "9-3-1");

        Assert.Equal(first, again);
        Assert.Equal(expected, _tools.Folder.Get("f"));
    }

    [Theory]
    [InlineData("""["printf","%s|","a b","it's","$HOME",""]""", "a b|it's|$HOME||")]
    [InlineData("""["bash","-c","echo $((1+1)) && echo \"two words\""]""", "2\ntwo words\n")]
    public async Task Execute_CommandAsAListOfWords_IsQuotedAndRun(string command, string expected) =>
        Assert.StartsWith(expected, await _tools.TextAsync("execute", $$"""{"command":{{command}}}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("read_file", """{"path":"big"}""")]
    [InlineData("list_files", """{"path":"many"}""")]
    [InlineData("glob_files", """{"pattern":"many/*","limit":10}""")]
    [InlineData("grep_files", """{"pattern":"x","limit":10}""")]
    [InlineData("execute", """{"command":"head -c 300000 /dev/zero | tr '\\0' x"}""")]
    public async Task AnyTool_ResultThatIsNotWhole_SaysSoInItsFirstAndLastLine(string tool, string json)
    {
        _tools.Folder.Put("big", string.Concat(Enumerable.Repeat("x\n", 40_000)));
        for (var i = 0; i < 1_100; i++)
        {
            _tools.Folder.Put($"many/{i}", "");
        }

        var lines = (await _tools.TextAsync(tool, json)).Split('\n');

        Assert.Matches(@"^\[.*(\d|limit).*\]$", lines[0]);
        Assert.EndsWith(lines[0][1..], lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyTool_WrongArgument_IsToldWithTheNearestCall() => Assert.EndsWith(
        """The nearest call that is right: edit_file {"path":"a","old_text":"x","new_text":"..."}""",
        await _tools.ErrorAsync("edit_file", """{"path":"a","old_string":"x","oldText":"x"}"""), StringComparison.Ordinal);

    [Fact]
    public async Task Execute_Command_GivesOutputAndExitCode()
    {
        var output = await _tools.CallAsync("execute", """{"command":"printf 'one\\rtwo\\n\\033[31mred\\033[0m é'; exit 3","timeout_seconds":"20"}""");

        Assert.Matches("^two\nred é\n\\[exit code 3, \\d+\\.\\d s\\]$", output.Content[0].Text);
        Assert.False(output.IsError);
    }

    [Fact]
    public async Task Execute_Watched_ShowsOutputWhileItRuns()
    {
        var output = await _tools.CallAsync(
            "execute",
            """{"command":"until [ -e seen ]; do echo tické; sleep 0.02; done","timeout_seconds":60}""",
            onOutput: text => _tools.Folder.Put("seen", text));

        Assert.Contains("[exit code 0", output.Content[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("tick", _tools.Folder.Get("seen"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_TooLong_IsKilledAndSaysSo()
    {
        var output = await _tools.CallAsync("execute", """{"command":"echo begun; exec tail -f /dev/null","timeout_seconds":1}""");

        Assert.True(output.IsError);
        Assert.StartsWith("begun\n[killed after its timeout of 1 s", output.Content[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_NoHeadRoom_IsKilledAndNothingIsExplained()
    {
        _tools.HeadRoom = new HeadRoomOptions { Enabled = false };

        var output = await _tools.CallAsync("execute", """{"command":"echo begun; exec tail -f /dev/null","timeout_seconds":1}""");
        var killed = await _tools.CallAsync("execute", $$"""{"command":"echo 'oom_kill 1' > {{_tools.Folder.In("memory.events")}}; exit 137"}""");

        Assert.Matches("^begun\n\\[killed after 1\\.[0-9] s\\]$", output.Content[0].Text);
        Assert.Equal((true, ToolErrorClass.Other), (output.IsError, output.ErrorClass));
        Assert.Matches("^\\[exit code 137, [0-9.]+ s\\]$", killed.Content[0].Text);
        Assert.False(killed.IsError);
    }

    [Theory]
    [InlineData("memory.events", "oom_kill 1", ToolErrorClass.OutOfMemory, "[out of memory: the sandbox has 12 GiB in all, and the kernel killed a process of this command. This says nothing of the code. Run less at a time", "it is raised by Limits.MemoryCeilingBytes of the filesystem spec]")]
    [InlineData("pids.events", "max 7", ToolErrorClass.OutOfProcesses, "[out of processes: the sandbox has 3072 processes and threads in all, and the kernel refused to start more.", "it is raised by Limits.PidsCeiling of the filesystem spec]")]
    public async Task Execute_SandboxIsTooSmall_SaysWhatRanOutAndWhatRaisesIt(string counter, string line, ToolErrorClass errorClass, string begins, string ends)
    {
        var output = await _tools.CallAsync("execute", $$"""{"command":"echo begun; echo '{{line}}' > {{_tools.Folder.In(counter)}}; exit 1"}""");

        Assert.Equal((true, errorClass), (output.IsError, output.ErrorClass));
        Assert.StartsWith("begun\n[exit code 1", output.Content[0].Text, StringComparison.Ordinal);
        Assert.Contains(begins, output.Content[0].Text, StringComparison.Ordinal);
        Assert.EndsWith(ends, output.Content[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Background_IsFollowedAndKilled()
    {
        var started = await _tools.TextAsync("execute", """{"command":"echo ready; exec tail -f /dev/null","background":true}""", "5-1-0");

        var status = await _tools.TextAsync("execute_status", "{}");
        var killed = await _tools.TextAsync("execute_kill", """{"id":"5-1-0"}""");
        var output = await _tools.TextAsync("execute_output", """{"id":"5-1-0","offset":0}""");

        Assert.Contains("id 5-1-0", started, StringComparison.Ordinal);
        Assert.Contains("5-1-0: running", status, StringComparison.Ordinal);
        Assert.Contains("5-1-0: killed", killed, StringComparison.Ordinal);
        Assert.Contains("next offset", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AskPerson_Question_IsMarked()
    {
        var output = await _tools.CallAsync("ask_person", """{"question":"Which?"}""");

        Assert.Equal((ApprovalKinds.Question, "Which?"), (output.Approval!.Kind, output.Approval.Text));
        Assert.False(output.IsError);
    }

    [Fact]
    public async Task AnyTool_OutsideOfARun_Throws() =>
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await CoreTools.All[0].InvokeAsync(new AIFunctionArguments(), TestContext.Current.CancellationToken));
}
