using System.Text;

namespace Drafthorse.Harness.Tools.Screens;

/// <summary>The lines that a terminal shows, where its cursor stands, and what has left it at the top. It is as wide as a line needs, so
/// that none is broken, but for lines that are too long to be held.</summary>
internal sealed class Screen(int height = Screen.Rows)
{
    private const int Rows = 50;

    /// <summary>Columns that a cursor can be sent to beyond a line's end.</summary>
    private const int MostAhead = 4096;

    /// <summary>Columns that are held to be written over; what a line has more is done.</summary>
    private const int MostColumns = 64 * 1024;

    private readonly StringBuilder _above = new();
    private List<ScreenRow> _rows = [new()];
    private (int Row, int Column) _saved;
    private (List<ScreenRow> Rows, int Row, int Column)? _main;
    private int _row;
    private int _column;

    /// <summary>The line of the cursor.</summary>
    public string Current => _main is { } main ? main.Rows[main.Row].ToString() : _rows[_row].ToString();

    private ScreenRow Line => _rows[_row];

    /// <summary>Takes the lines that have left the screen, each with its ending.</summary>
    public string TakeAbove()
    {
        var above = _above.ToString();
        _above.Clear();
        return above;
    }

    public void Put(Rune rune)
    {
        _column = Line.Put(_column, rune);
        if (_column > MostColumns)
        {
            // Only with the lines above it, so that the order stays.
            foreach (var row in _rows.Take(_row))
            {
                Leave(row);
            }

            Append(Line.ToString());
            _rows = [new ScreenRow(), .. _rows.Skip(_row + 1)];
            (_row, _column) = (0, 0);
        }
    }

    public void Tab() => _column = Line.Tab(Math.Min(_column, MostColumns));

    public void NewLine()
    {
        Down(1, scrolls: true);
        _column = 0;
    }

    public void Return() => _column = 0;

    public void Back() => _column = Math.Max(0, _column - 1);

    public void Down(int count, bool scrolls = false)
    {
        for (; count > 0; count--)
        {
            if (_row + 1 < height)
            {
                _row++;
                if (_row == _rows.Count)
                {
                    _rows.Add(new ScreenRow());
                }
            }
            else if (scrolls)
            {
                Leave(_rows[0]);
                _rows.RemoveAt(0);
                _rows.Add(new ScreenRow());
            }
        }
    }

    public void Up(int count) => _row = Math.Max(0, _row - count);

    public void ToColumn(int column) => _column = Math.Clamp(column, 0, Math.Max(Line.Length, MostAhead));

    public void Right(int count) => ToColumn(_column + count);

    public void Left(int count) => ToColumn(_column - count);

    public void ToRow(int row)
    {
        if (row > _row)
        {
            Down(row - _row);
        }
        else
        {
            Up(_row - row);
        }
    }

    public void Save() => _saved = (_row, _column);

    public void Restore()
    {
        ToRow(_saved.Row);
        ToColumn(_saved.Column);
    }

    public void EraseLine(int how) => Line.Erase(how == 0 ? _column : 0, how == 1 ? _column + 1 : int.MaxValue);

    public void EraseScreen(int how)
    {
        for (var row = 0; row < _rows.Count; row++)
        {
            if (how >= 2 || (how == 0 ? row > _row : row < _row))
            {
                _rows[row] = new ScreenRow();
            }
        }

        if (how < 2)
        {
            EraseLine(how);
        }

        // Rows below the cursor that hold nothing were never written.
        while (_rows.Count > _row + 1 && _rows[^1].Length == 0)
        {
            _rows.RemoveAt(_rows.Count - 1);
        }
    }

    public void EraseCharacters(int count) => Line.Erase(_column, _column + count);

    public void InsertCharacters(int count) => Line.Insert(_column, Math.Min(count, MostAhead));

    public void DeleteCharacters(int count) => Line.Delete(_column, count);

    public void InsertLines(int count)
    {
        for (; count > 0 && _rows.Count < height; count--)
        {
            _rows.Insert(_row, new ScreenRow());
        }
    }

    public void DeleteLines(int count)
    {
        _rows.RemoveRange(_row, Math.Min(count, _rows.Count - _row));
        if (_row == _rows.Count)
        {
            _rows.Add(new ScreenRow());
        }
    }

    /// <summary>Shows another screen, on which programs draw and which leaves no trace; or the first again.</summary>
    public void Alternate(bool isOn)
    {
        if (isOn && _main is null)
        {
            _main = (_rows, _row, _column);
            _rows = [new ScreenRow()];
            (_row, _column) = (0, 0);
        }
        else if (!isOn && _main is { } main)
        {
            (_rows, _row, _column) = main;
            _main = null;
        }
    }

    /// <summary>All lines: those above the screen, and those on it.</summary>
    public override string ToString()
    {
        var rows = _rows.Count;
        while (rows > _row + 1 && _rows[rows - 1].Length + _rows[rows - 2].Length == 0)
        {
            rows--;
        }

        IEnumerable<ScreenRow> shown = _main is { } main ? [.. main.Rows.SkipLast(main.Rows[^1].Length == 0 ? 1 : 0), .. _rows.Take(rows)] : _rows.Take(rows);
        return _above + string.Join('\n', shown);
    }

    private void Leave(ScreenRow row)
    {
        Append(row.ToString());
        Append("\n");
    }

    private void Append(string text)
    {
        if (_main is null)
        {
            _above.Append(text);
        }
    }
}
