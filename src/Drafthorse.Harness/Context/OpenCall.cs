using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Context;

/// <summary>A tool call that has no result yet.</summary>
/// <param name="Index">Its place among the reply's calls, from 0.</param>
/// <param name="Call">The call as the model wrote it.</param>
/// <param name="Started">The journaled start, or null when it never began.</param>
internal sealed record OpenCall(int Index, ContentBlock Call, ToolStarted? Started);
