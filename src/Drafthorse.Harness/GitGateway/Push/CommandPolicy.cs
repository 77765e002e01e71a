using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>What can be refused before a byte of the pack is read: anything but one create or update of the thread's branch.</summary>
internal static class CommandPolicy
{
    public static PushRefusal? Refuse(PushCommands push, GitGatewayThread thread)
    {
        if (push.HasCertificate)
            return new PushRefusal("signed pushes are not supported; push without --signed.");
        if (push.Capabilities.Contains("push-options"))
            return new PushRefusal("push options are not supported; push without -o.");
        if (push.Capabilities.Any(capability => capability.StartsWith("object-format=", StringComparison.Ordinal) && capability != "object-format=sha1"))
            return new PushRefusal("only SHA-1 repositories are supported.");
        if (thread.Branch is not { } branch)
            return new PushRefusal("this thread may not push.");
        if (push.Commands.Count != 1)
            return new PushRefusal($"push exactly one ref at a time: {branch}. Nothing was pushed.");
        var command = push.Commands[0];
        if (command.Ref != "refs/heads/" + branch)
        {
            return new PushRefusal(
                $"{Printable.Line(command.Ref, 120)} is not this thread's branch. It may only write {branch}: git push origin HEAD:refs/heads/{branch}");
        }

        if (command.New == ObjectId.Zero)
            return new PushRefusal("branches cannot be deleted from here.");
        return null;
    }
}
