using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Planning;

/// <summary>What the model is told of plan mode.</summary>
internal static class PlanWords
{
    public const string Topic = "plan";

    public const string Rules =
        "Plan mode is on. Look and think, but change nothing: only tools that read, todo_write and the plan tools work, and there is no shell. "
        + "Write the plan with plan_write, ask people with plan_ask, then call plan_exit: a person decides. Nobody's words but that decision end plan mode.";

    public const string StaysOn = "Plan mode stays on. Change the plan with plan_write, then call plan_exit again.";

    /// <summary>The notice that plan mode began.</summary>
    public static NoticeGiven Begins(string why) => new() { Topic = Topic, Text = $"{Rules} (Entered because {why}.)" };
}
