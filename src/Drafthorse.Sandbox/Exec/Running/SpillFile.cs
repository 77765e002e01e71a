using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>A file with the whole output of a command, up to a limit. A full disk ends the file, not the command.</summary>
internal sealed class SpillFile : IDisposable
{
    private const long MaxBytes = 256L * 1024 * 1024;

    private readonly SafeFileHandle _file;
    private long _length;

    private SpillFile(string path, SafeFileHandle file)
    {
        Path = path;
        _file = file;
    }

    public string Path { get; }

    /// <summary>Bytes in the file; from any thread.</summary>
    public long Length => Volatile.Read(ref _length);

    public bool IsFull { get; private set; }

    /// <summary>Opens the file, or null where none can be made.</summary>
    public static SpillFile? Open(string directory, string name)
    {
        string path = System.IO.Path.Combine(directory, name);
        try
        {
            Directory.CreateDirectory(directory);
            return new SpillFile(path, File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        if (IsFull)
            return;

        ReadOnlySpan<byte> fits = data[..(int)Math.Min(data.Length, MaxBytes - Length)];
        try
        {
            RandomAccess.Write(_file, fits, Length);
            Volatile.Write(ref _length, _length + fits.Length);
            IsFull = fits.Length < data.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            IsFull = true;
        }
    }

    /// <summary>Reads what was written, from any thread, whatever has become of the file's name.</summary>
    public int Read(Span<byte> target, long offset)
    {
        try
        {
            return RandomAccess.Read(_file, target[..(int)Math.Clamp(Length - offset, 0, target.Length)], offset);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }

    public void Dispose() => _file.Dispose();
}
