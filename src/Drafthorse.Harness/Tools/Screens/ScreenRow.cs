using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Drafthorse.Harness.Tools.Screens;

/// <summary>One line of a screen, by columns.</summary>
internal sealed class ScreenRow
{
    private const string Blank = "", SecondHalf = "\u0001", TabSpace = "\u0002";
    private const int TabWidth = 8;

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];

    private readonly List<string> _cells = [];

    public int Length => _cells.Count;

    /// <summary>Writes a character; returns the column after it.</summary>
    public int Put(int column, Rune rune)
    {
        var width = WidthOf(rune);
        if (width == 0)
        {
            // A mark belongs to the character before it.
            var at = Math.Min(column, _cells.Count) - 1;
            at -= at > 0 && ReferenceEquals(_cells[at], SecondHalf) ? 1 : 0;
            if (at >= 0 && _cells[at].Length is > 0 and < 32 && !ReferenceEquals(_cells[at], TabSpace))
            {
                _cells[at] += rune.ToString();
            }

            return column;
        }

        Set(column, rune.IsAscii ? Ascii[rune.Value] : rune.ToString());
        if (width == 2)
        {
            Set(column + 1, SecondHalf);
        }

        return column + width;
    }

    /// <summary>Moves to the next tab stop; at the end of the line the tab itself is kept.</summary>
    public int Tab(int column)
    {
        var stop = column + TabWidth - (column % TabWidth);
        if (column < _cells.Count)
        {
            return stop;
        }

        Set(column, Ascii['\t']);
        while (_cells.Count < stop)
        {
            _cells.Add(TabSpace);
        }

        return stop;
    }

    public void Erase(int from, int to)
    {
        for (var column = from; column < Math.Min(to, _cells.Count); column++)
        {
            Split(column);
            _cells[column] = Blank;
        }
    }

    public void Insert(int column, int count)
    {
        if (column < _cells.Count)
        {
            Split(column);
            _cells.InsertRange(column, Enumerable.Repeat(Blank, count));
        }
    }

    public void Delete(int column, int count)
    {
        if (column < _cells.Count)
        {
            Split(column);
            _cells.RemoveRange(column, Math.Min(count, _cells.Count - column));
        }
    }

    public override string ToString()
    {
        var end = _cells.Count;
        while (end > 0 && _cells[end - 1].Length == 0)
        {
            end--;
        }

        var text = new StringBuilder(end);
        foreach (var cell in _cells.Take(end))
        {
            if (!ReferenceEquals(cell, SecondHalf) && !ReferenceEquals(cell, TabSpace))
            {
                text.Append(cell.Length == 0 ? " " : cell);
            }
        }

        return text.ToString();
    }

    private void Set(int column, string cell)
    {
        while (_cells.Count < column)
        {
            _cells.Add(Blank);
        }

        if (column == _cells.Count)
        {
            _cells.Add(cell);
            return;
        }

        Split(column);
        _cells[column] = cell;
    }

    /// <summary>What is more than one column wide and written over in part becomes spaces.</summary>
    private void Split(int column)
    {
        var first = column;
        while (first > 0 && (ReferenceEquals(_cells[first], SecondHalf) || ReferenceEquals(_cells[first], TabSpace)))
        {
            first--;
        }

        var after = first + 1;
        while (after < _cells.Count && (ReferenceEquals(_cells[after], SecondHalf) || ReferenceEquals(_cells[after], TabSpace)))
        {
            after++;
        }

        if (after - first > 1)
        {
            CollectionsMarshal.AsSpan(_cells)[first..after].Fill(" ");
        }
    }

    private static int WidthOf(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0x303E or >= 0x3041 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
            or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6
            or >= 0x1F300 and <= 0x1F64F or >= 0x1F680 and <= 0x1F6FF or >= 0x1F900 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD => 2,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0 : 1,
    };
}
