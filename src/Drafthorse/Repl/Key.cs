namespace Drafthorse.Repl;

/// <summary>A key that was pressed, or text that was typed or pasted.</summary>
internal readonly record struct Key(KeyKind Kind, string Text = "");

internal enum KeyKind
{
    Unknown,
    Text,
    Paste,
    Enter,
    NewLine,
    Tab,
    Backspace,
    Delete,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Up,
    Down,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
    ClearScreen,
    Interrupt,
    EndOfInput,
}
