using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drafthorse.Harness.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Tests.Text;

public sealed class ForeignTextTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("plain text 中文 é 😀", "plain text 中文 é 😀")]
    [InlineData("a\e]0;T\a\e[2Jb", "a␛]0;T␇␛[2Jb")]
    [InlineData("\e]52;c;ZWNobw==\a\e]8;;https://evil.example\e\\link", "␛]52;c;ZWNobw==␇␛]8;;https://evil.example␛\\link")]
    [InlineData("c1 \u009b2J \u0090q\u009c", "c1 <U+009B>2J <U+0090>q<U+009C>")]
    [InlineData("del \u007f back \b", "del ␡ back ␈")]
    [InlineData("one\r\ntwo\rthree", "one\ntwo␍three")]
    [InlineData("txt.\u202Egnp \u2066x\u2069 \u200F", "txt.<U+202E>gnp <U+2066>x<U+2069> <U+200F>")]
    [InlineData("ze\u200Bro \uFEFF \u00AD \u2028 \u2060 \u3164", "ze<U+200B>ro <U+FEFF> <U+00AD> <U+2028> <U+2060> <U+3164>")]
    [InlineData("tag \U000E0041\U000E007F", "tag <U+E0041><U+E007F>")]
    [InlineData("family 👨\u200D👩\u200D👧 ❤\uFE0F 1\uFE0F\u20E3 می\u200Cخواهم", "family 👨\u200D👩\u200D👧 ❤\uFE0F 1\uFE0F\u20E3 می\u200Cخواهم")]
    [InlineData("hidden a\u200Db 😀\uFE0F\uFE01 a\uFE0F x\U000E0100", "hidden a<U+200D>b 😀\uFE0F<U+FE01> a<U+FE0F> x<U+E0100>")]
    public void Visible_WhatSteersOrHides_IsShown(string text, string shown) => Assert.Equal(shown, ForeignText.Visible(text));

    // Not a row of the theory above: its rows are carried as UTF-8.
    [Fact]
    public void Visible_HalfAPair_IsTheReplacementCharacter() => Assert.Equal("half \uFFFD \uFFFD end\uFFFD", ForeignText.Visible("half \ud800 \udc00 end\ud83d"));

    [Fact]
    public void Line_LineEnds_ForgeNoLine() => Assert.Equal("a␊fail: forged␍␊ b", ForeignText.Line("a\nfail: forged\r\n\tb"));

    [Fact]
    public void Name_BytesThatAreNotUtf8_AreShown() => Assert.Equal("a\\xFF\\xC3␛é", ForeignText.Name(FileName.Decode([(byte)'a', 0xFF, 0xC3, 0x1B, 0xC3, 0xA9])));

    /// <summary>Random UTF-16 of everything that is odd: what comes out is well formed, and nothing in it steers or hides.</summary>
    [Fact]
    public void Visible_RandomText_IsWellFormedAndSteersNothing()
    {
        var random = new Random(20_261_128);
        for (var round = 0; round < 3_000; round++)
        {
            var text = Odd.Text(random);

            Odd.AssertHarmless(ForeignText.Visible(text), keepsLines: true);
            Odd.AssertHarmless(ForeignText.Line(text), keepsLines: false);
            Odd.AssertHarmless(ForeignText.Name(text), keepsLines: false);
        }
    }

    [Fact]
    public void Pieces_CutAnywhere_AreShownAsTheWhole()
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var text = Odd.Text(random);
            var pieces = new ForeignTextPieces();
            var shown = new StringBuilder();
            for (var at = 0; at < text.Length;)
            {
                var length = random.Next(1, 4);
                shown.Append(pieces.Next(text.Substring(at, Math.Min(length, text.Length - at))));
                at += length;
            }

            Assert.Equal(ForeignText.Visible(text), shown.Append(pieces.End()).ToString());
        }
    }

    [Theory]
    [InlineData("""{"a":"x\ud800y","\udc00":"\ud83d\ude00\\ud800"}""", """{"a":"x\ufffdy","\ufffd":"\ud83d\ude00\\ud800"}""")]
    [InlineData("""["\ud800\ud800\udc00","\uD8"]""", """["\ufffd\ud800\udc00","\uD8"]""")]
    public void WellFormed_HalfPairs_AreReplaced(string json, string expected) => Assert.Equal(expected, JsonText.WellFormed(json));

    [Fact]
    public void WellFormed_RandomStrings_CanBeRead()
    {
        var random = new Random(11);
        for (var round = 0; round < 2_000; round++)
        {
            var escaped = string.Concat(Odd.Text(random).Select(unit => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}")));

            using var json = JsonDocument.Parse(JsonText.WellFormed($$"""{"{{escaped}}":"{{escaped}}"}"""));
            var member = json.RootElement.EnumerateObject().Single();
            Assert.Equal(member.Name, member.Value.GetString());
            Assert.False(json.RootElement.TryGetProperty("other", out _));
        }
    }

    [Fact]
    public void VisibleJson_MeansTheSame_AndHidesNothing()
    {
        var random = new Random(5);
        for (var round = 0; round < 2_000; round++)
        {
            var text = ForeignText.WellFormed(Odd.Text(random));
            var json = JsonSerializer.SerializeToUtf8Bytes(text, Relaxed);

            var shown = JsonText.Visible(json);
            Assert.Equal(text, JsonSerializer.Deserialize<string>(shown.Span));
            Assert.DoesNotContain(Encoding.UTF8.GetString(shown.Span).EnumerateRunes(), ForeignText.IsHidden);
        }
    }
}
