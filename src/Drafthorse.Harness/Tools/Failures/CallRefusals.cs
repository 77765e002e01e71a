using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Tools.Failures;

/// <summary>What the model is told of a call that reaches no tool.</summary>
internal static class CallRefusals
{
    private const int ShownCharacters = 100;

    /// <summary>Names of other harnesses' tools, and ours for the same work.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bash"] = "execute", ["shell"] = "execute", ["run_shell_command"] = "execute", ["run_terminal_cmd"] = "execute", ["terminal"] = "execute", ["exec_command"] = "execute",
        ["read"] = "read_file", ["view"] = "read_file", ["cat"] = "read_file", ["open_file"] = "read_file",
        ["write"] = "write_file", ["create"] = "write_file", ["create_file"] = "write_file",
        ["edit"] = "edit_file", ["replace"] = "edit_file", ["str_replace"] = "edit_file", ["str_replace_editor"] = "edit_file", ["str_replace_based_edit_tool"] = "edit_file", ["multiedit"] = "edit_file",
        ["patch"] = "apply_patch", ["ls"] = "list_files", ["list_directory"] = "list_files", ["list_dir"] = "list_files",
        ["glob"] = "glob_files", ["find"] = "glob_files", ["file_search"] = "glob_files",
        ["grep"] = "grep_files", ["search"] = "grep_files", ["grep_search"] = "grep_files", ["search_file_content"] = "grep_files", ["codebase_search"] = "grep_files",
        ["todowrite"] = "todo_write", ["update_plan"] = "todo_write",
    };

    /// <summary>There is no such tool.</summary>
    public static ToolOutput UnknownTool(string name, ToolSet tools)
    {
        var names = tools.All.Select(tool => tool.Name).ToList();
        var nearest = Elsewhere.TryGetValue(name, out var ours) && names.Contains(ours) ? ours : NearestCall.Nearest(name, names);
        return ToolOutput.Error(
            $"There is no tool '{(name.Length > ShownCharacters ? name[..ShownCharacters] + "…" : name)}'.{(nearest is null ? "" : $" Did you mean {nearest}?")} The tools are: {string.Join(", ", names)}.",
            ToolErrorClass.UnknownTool);
    }

    /// <summary>The arguments are no JSON object.</summary>
    /// <param name="tool">The tool that was called.</param>
    /// <param name="wasCut">Whether the model's reply ended at its output limit.</param>
    public static ToolOutput NotJson(AIFunction tool, bool wasCut) => ToolOutput.Error(
        wasCut
            ? $"The call of {tool.Name} was cut off at the output limit, so nothing was done. Send it again with less in it: write a large file in several parts."
            : $"The arguments of {tool.Name} are not a JSON object. Send the call again with valid JSON{(NearestCall.Of(tool, new Dictionary<string, object?>()) is { } right ? $", such as: {right}" : ".")}",
        ToolErrorClass.InvalidArguments);
}
