namespace Drafthorse.Tests.Sandbox.Files;

/// <summary>Edits as models make them: the tool, the file, what is asked, and the file after it or <c>!</c> and the words of the refusal.</summary>
internal static class EditCases
{
    private const string Python = "import os\n\n\ndef first(value):\n    if value:\n        return 1\n    return 0\n\n\ndef second(value):\n    if value:\n        return 1\n    return 2\n";
    private const string Java = "class Cart {\n    int total() {\n        return sum;\n    }\n\n    int count() {\n        return items.size();\n    }\n}\n\nclass Order {\n    int total() {\n        return sum;\n    }\n}\n";
    private const string Ini = "[web]\nport = 80\nhost = a\n\n[api]\nport = 80\nhost = b\n";
    private const string Yaml = "jobs:\n  build:\n    steps:\n      - run: make\n  test:\n    steps:\n      - run: make\n";
    private const string Go = "func A() error {\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n\nfunc B() error {\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn run()\n}\n";
    private const string Markdown = "# One\nSee below.\n\n# Two\nSee below.\n";

    /// <summary>Tool, file, first and second argument, file after.</summary>
    public static IEnumerable<(string Tool, string Before, string First, string Second, string After)> All => [.. Written, .. Varied];

    private static IEnumerable<(string, string, string, string, string)> Written =>
    [
        // One place, several places.
        ("edit", Python, "    return 0", "    return -1", Python.Replace("return 0", "return -1", StringComparison.Ordinal)),
        ("edit", Python, "        return 1", "        return 3", "!2 times: line 6 (in `if value:`), line 12"),
        ("edit", Python, "def second(value):\n    if value:\n        return 1", "def second(value):\n    if value:\n        return 3", Python[..^30] + "        return 3\n    return 2\n"),
        ("all", Python, "        return 1", "        return 3", Python.Replace("return 1", "return 3", StringComparison.Ordinal)),
        ("edit", Java, "return sum;", "return 0;", "!2 times"),
        ("edit", Java, "class Order {\n    int total() {\n        return sum;", "class Order {\n    int total() {\n        return 0;", Java[..Java.LastIndexOf("sum", StringComparison.Ordinal)] + "0;\n    }\n}\n"),
        ("edit", "}\n}\n}\n", "}\n}\n", "}\n", "!2 times"),
        ("edit", "aaa", "aa", "b", "!2 times"),
        ("all", "aaa\n", "aa", "b", "ba\n"),
        ("all", "abab\n", "ab", "c", "cc\n"),
        ("edit", "value = value + 1\n", "value", "x", "!2 times"),
        ("edit", "x", "y", "z", "!not found"),
        ("edit", Go, "\t\treturn err", "\t\treturn fail(err)", "!in `if err != nil {`"),
        ("edit", Go, "return nil", "return done()", Go.Replace("return nil", "return done()", StringComparison.Ordinal)),
        ("edit", Yaml, "      - run: make\n", "      - run: make all\n", "!line 4 (in `steps:`), line 7 (in `steps:`)"),
        ("edit", Yaml, "  test:\n    steps:\n      - run: make\n", "  test:\n    steps:\n      - run: make test\n", Yaml[..^1] + " test\n"),

        // Line endings.
        ("edit", "one\r\ntwo\r\nthree\r\n", "two", "two\ntwo-and-a-half", "one\r\ntwo\r\ntwo-and-a-half\r\nthree\r\n"),
        ("edit", "one\r\ntwo\r\nthree\r\n", "one\ntwo", "one\ntwo\nmore", "one\r\ntwo\r\nmore\r\nthree\r\n"),
        ("edit", "one\r\ntwo\r\nthree", "three", "three\nfour", "one\r\ntwo\r\nthree\r\nfour"),
        ("edit", "one\ntwo\nthree\n", "two", "two\r\nmore", "one\ntwo\nmore\nthree\n"),
        ("edit", "a\r\nb\nc\r\nd\n", "b", "b\nb2", "a\r\nb\nb2\nc\r\nd\n"),
        ("edit", "a\r\nb\nc\r\nd\n", "c", "c\nc2", "a\r\nb\nc\r\nc2\r\nd\n"),
        ("edit", "a\r\nb\nc\r\n", "a\nb\nc", "A\nB\nC", "A\r\nB\nC\r\n"),
        ("edit", "a\r\nb\nc\r\nd\n", "a\nb\nc\nd", "a\nb\nnew\nc\nd", "a\r\nb\nnew\nc\r\nd\n"),
        ("edit", "a\nb\nc\r\nlast", "last", "last\nmore", "a\nb\nc\r\nlast\r\nmore"),
        ("edit", "a\rb\rc", "b", "b\nb2", "a\rb\rb2\rc"),
        ("edit", "a\rb\rc\r", "a\nb", "a\nB", "a\rB\rc\r"),
        ("edit", "10%\r20%\r\ndone\n", "20%", "30%", "10%\r30%\r\ndone\n"),
        ("edit", "only", "only", "only\nmore", "only\nmore"),
        ("edit", "only", "only", "only\r\nmore", "only\r\nmore"),
        ("edit", "a\r\nb\r\n", "a\r\n", "a\n", "a\nb\r\n"),
        ("all", "a\r\nb\r\n", "\r\n", "\n", "a\nb\n"),
        ("all", "a\nb\n", "\n", "\r\n", "a\r\nb\r\n"),
        ("all", "x = 1\r\ny\r\nx = 1\r\n", "x = 1", "x = 1\nz = 2", "x = 1\r\nz = 2\r\ny\r\nx = 1\r\nz = 2\r\n"),
        ("edit", "a\nb", "b\n", "c\n", "a\nc"),
        ("edit", "a\nb\n", "\nb", "", "a\n"),
        ("edit", "a\r\nb\r\nc\r\n", "b\n", "", "a\r\nc\r\n"),

        // What is no line ending.
        ("edit", "a\u2028b\nc\n", "b", "B", "a\u2028B\nc\n"),
        ("edit", "a\u0085b\nc\n", "a\u0085b", "x\u0085y", "x\u0085y\nc\n"),
        ("edit", "a\fb\vc\nd\n", "d", "d\ne", "a\fb\vc\nd\ne\n"),
        ("patch", "one\ntwo \u2028 sep\nthree\n", " one\n-two \u2028 sep\n+two | sep\n three", "", "one\ntwo | sep\nthree\n"),
        ("patch", "one\ntwo\u0085x\nthree\n", " one\n-two\u0085x\n+two\n three", "", "one\ntwo\nthree\n"),
        ("patch", "\fpage\nx = 1\n", " \fpage\n-x = 1\n+x = 2", "", "\fpage\nx = 2\n"),
        ("patch", "a\vb\nc\n", "-a\vb\n+a b", "", "a b\nc\n"),
        ("patch", "a\nb\u2029c\nd\n", "-d\n+e", "", "a\nb\u2029c\ne\n"),
        ("write", "a\r\nb\r\n", "x\u2028y\nz\n", "", "x\u2028y\r\nz\r\n"),

        // White space and indentation.
        ("edit", "if x:  \n    y()\n", "if x:\n    y()", "if z:\n    y()", "if z:\n    y()\n"),
        ("edit", "\tif x:\n\t\ty()\n", "if x:\n    y()\n", "if x:\n    z()\n", "\tif x:\n\t\tz()\n"),
        ("edit", "    a = 1   \n    b = 2\n", "a = 1\nb = 2", "a = 1\nb = 3", "    a = 1   \n    b = 3\n"),
        ("edit", "f( a,  b ) ;", "f( a, b )", "f(b)", "f(b) ;"),
        ("edit", "class A:\n    def f(self):\n        return 1\n", "def f(self):\n    return 1", "def f(self):\n    return 2", "class A:\n    def f(self):\n        return 2\n"),
        ("edit", "x  =  1\ny = 2\nx = 1\n", "x = 1", "x = 9", "x  =  1\ny = 2\nx = 9\n"),
        ("edit", "  a  b\n a   b\n", "a b", "c", "!white space ignored"),
        ("all", "  foo( a )\n\tfoo(  a )\nbar\n", "foo( a  )", "foo(b)", "  foo(b)\n\tfoo(b)\nbar\n"),
        ("all", "if a:\n    go()\nif a:\n\tgo()\n", "if a:\n  go()", "if a:\n  run()", "if a:\n    run()\nif a:\n\trun()\n"),
        ("all", "x = 1 \r\ny\r\nx  = 1\r\n", "x =  1", "x = 2", "x = 2\r\ny\r\nx = 2\r\n"),
        ("edit", "foobar = 1", " bar = 1", "x", "!not found"),
        ("edit", "a\n   \nb\n", "a\n\nb", "a\n\nc", "a\n   \nc\n"),
        ("edit", "a\r\n  b  \r\nc", "a\nb\nc", "a\nd\nc", "a\r\n  d\r\nc"),
        ("edit", "   \n", "      ", "x", "!not found"),

        // Letters that look alike.
        ("edit", "say(“hi”)", "say(\"hi\")", "say(\"ho\")", "say(“ho”)"),
        ("edit", "range 1–9 and – more\n", "range 1-9", "range 1-8", "range 1–8 and – more\n"),
        ("edit", "don’t stop\nnow\n", "don't stop", "don't start", "don’t start\nnow\n"),
        ("edit", "\u0430dmin = 1\n", "admin = 1", "admin = 2", "!not found"),
        ("edit", "admin = 1\n\u0430dmin = 1\n", "admin = 1", "admin = 2", "admin = 2\n\u0430dmin = 1\n"),
        ("edit", "say(“a”)\nsay(\"a\")\n", "say(\"a\")", "say(\"b\")", "say(“a”)\nsay(\"b\")\n"),
        ("edit", "say(“a”)\nsay(„a”)\n", "say(\"a\")", "say(\"b\")", "!2 times"),
        ("edit", "e\u0301 = 1\n", "\u00e9 = 1", "\u00e9 = 2", "!not found"),
        ("edit", "x = l1\n", "x = 11", "x = 12", "!not found"),
        ("edit", "a\u00a0b = 1\n", "a b = 1", "a b = 2", "a\u00a0b = 2\n"),
        ("patch", "print(‘x’)\nprint('y')\n", "-print('x')\n+print('z')", "", "print(‘z’)\nprint('y')\n"),
        ("patch", "\u0441lass = 1\n", "-class = 1\n+class = 2", "", "!not found"),

        // Bytes that are no UTF-8, marks.
        ("edit", "caf\udce9\nname = 1\n", "name = 1", "name = 2", "caf\udce9\nname = 2\n"),
        ("edit", "\udcfe\udcfd\na\n\udc80\n", "a", "b", "\udcfe\udcfd\nb\n\udc80\n"),
        ("edit", "a\udc80b\n", "b", "c", "a\udc80c\n"),
        ("edit", "caf\udce9 one\n", "caf\ufffd one", "cafe one", "!not found"),
        ("edit", "x\udce2y\udc82z\n", "y", "\ud800", "x\udce2\ufffd\udc82z\n"),
        ("patch", "caf\udce9\nname = 1\n\udcfc\n", "-name = 1\n+name = 2", "", "caf\udce9\nname = 2\n\udcfc\n"),
        ("patch", "\ufeffone\r\ntwo\r\n", "-one\n+1", "", "\ufeff1\r\ntwo\r\n"),
        ("edit", "\ufeffone\ntwo\n", "one", "1", "\ufeff1\ntwo\n"),
        ("write", "\ufeffa\r\nb\r\n", "x\ny\n", "", "\ufeffx\r\ny\r\n"),
        ("write", "\ufeffa\n", "\ufeffx\n", "", "\ufeffx\n"),
        ("write", "\ufeffa\n", "", "", ""),
        ("write", "a\r\nb\n", "x\ny\n", "", "x\ny\n"),
        ("write", "a\nb\n", "x\r\ny\r\n", "", "x\ny\n"),
        ("write", "a\r\nb\r\n", "x\r\ny\n", "", "x\r\ny\n"),
        ("write", "a\rb\r", "x\ny\n", "", "x\ry\r"),
        ("write", "one line", "x\ny\n", "", "x\ny\n"),
        ("write", "caf\udce9\r\n", "x\n", "", "x\r\n"),

        // Patches: one place or a refusal that tells how.
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "-    return 1\n+    return 2", "", "!fit 2 places: line 2 (in `def f():`), line 5 (in `def g():`)"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@ def f():\n-    return 1\n+    return 2", "", "def f():\n    return 2\n\ndef g():\n    return 1\n"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@ def g():\n-    return 1\n+    return 2", "", "def f():\n    return 1\n\ndef g():\n    return 2\n"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@\n-    return 1\n+    return 2\n@@\n-    return 1\n+    return 2", "", "def f():\n    return 2\n\ndef g():\n    return 2\n"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@\n-    return 1\n+    return 2\n@@\n-    return 1\n+    return 3", "", "!fit 2 places"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@ def f():\n-    return 1\n+    return 2\n@@\n-    return 1\n+    return 3", "", "def f():\n    return 2\n\ndef g():\n    return 3\n"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 3\n", "@@ def g():\n-    return 1\n+    return 2", "", "!not below `@@ def g():` but at line 2"),
        ("patch", "def f():\n    x()\n\ndef g():\n    y()\n\ndef h():\n    return 1\n", "@@ def f():\n-    return 1\n+    return 2", "", "!not below"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@ def g():\n def g():\n-    return 1\n+    return 2", "", "def f():\n    return 1\n\ndef g():\n    return 2\n"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@ def g():\n \n def g():\n-    return 1\n+    return 2", "", "def f():\n    return 1\n\ndef g():\n    return 2\n"),
        ("patch", "def f():\n    return 1\n\ndef g():\n    return 1\n", "@@ -4,2 +4,2 @@ def g():\n-    return 1\n+    return 2", "", "def f():\n    return 1\n\ndef g():\n    return 2\n"),
        ("patch", Python, "@@ def second(value):\n-        return 1\n+        return 5", "", Python[..^30] + "        return 5\n    return 2\n"),
        ("patch", Python, "@@ def first(value):\n-        return 1\n+        return 5", "", Python.Insert(Python.IndexOf("return 1", StringComparison.Ordinal), "return 5\n").Replace("return 5\nreturn 1", "return 5", StringComparison.Ordinal)),
        ("patch", Python, "     if value:\n-        return 1\n+        return 5\n     return 2", "", Python[..^30] + "        return 5\n    return 2\n"),
        ("patch", Java, "@@ int total() {\n-        return sum;\n+        return 0;", "", "!fit 2 places"),
        ("patch", Java, "@@ class Order {\n@@ int total() {\n-        return sum;\n+        return 0;", "", Java[..Java.LastIndexOf("sum", StringComparison.Ordinal)] + "0;\n    }\n}\n"),
        ("patch", Java, "@@ class Cart {\n-        return sum;\n+        return 0;", "", Java.Replace("{\n    int total() {\n        return sum;\n    }\n\n", "{\n    int total() {\n        return 0;\n    }\n\n", StringComparison.Ordinal)),
        ("patch", Java, "@@ class Cart {\n     }\n+    // x", "", "!fit 2 places"),
        ("patch", Java, "@@ class None {\n-        return sum;\n+        return 0;", "", "!the line after @@ was not found"),
        ("patch", Ini, "@@ [api]\n-port = 80\n+port = 81", "", "[web]\nport = 80\nhost = a\n\n[api]\nport = 81\nhost = b\n"),
        ("patch", Ini, "@@ [web]\n-port = 80\n+port = 81", "", "[web]\nport = 81\nhost = a\n\n[api]\nport = 80\nhost = b\n"),
        ("patch", Ini, "@@ [web]\n-host = b\n+host = c", "", "!not below"),
        ("patch", Ini, "-port = 80\n+port = 81", "", "!fit 2 places"),
        ("patch", Yaml, "@@ test:\n-      - run: make\n+      - run: make test", "", Yaml[..^1] + " test\n"),
        ("patch", Yaml, "-      - run: make\n+      - run: make test", "", "!fit 2 places"),
        ("patch", Go, "@@ func B() error {\n-\t\treturn err\n+\t\treturn fail(err)", "", Go[..Go.LastIndexOf("return err", StringComparison.Ordinal)] + "return fail(err)\n\t}\n\treturn run()\n}\n"),
        ("patch", Go, "@@ func A() error {\n-\t\treturn err\n+\t\treturn fail(err)", "", Go.Insert(Go.IndexOf("return err", StringComparison.Ordinal) + 7, "fail(").Insert(Go.IndexOf("return err", StringComparison.Ordinal) + 15, ")")),
        ("patch", Markdown, "@@ # Two\n-See below.\n+See above.", "", "# One\nSee below.\n\n# Two\nSee above.\n"),
        ("patch", Markdown, "@@ # One\n-See below.\n+See above.", "", "# One\nSee above.\n\n# Two\nSee below.\n"),
        ("patch", Markdown, "-See below.\n+See above.", "", "!fit 2 places"),
        ("patch", "a\na\na\n", "-a\n+b", "", "!fit 3 places"),
        ("patch", "a\nb\na\nb\n", " a\n-b\n+end\n*** End of File", "", "a\nb\na\nend\n"),
        ("patch", "void f()\n{\n    x = 1;\n}\n\nvoid g()\n{\n    x = 1;\n}\n", "@@ void f()\n-    x = 1;\n+    x = 2;", "", "void f()\n{\n    x = 2;\n}\n\nvoid g()\n{\n    x = 1;\n}\n"),
        ("patch", "void f()\n{\n    x = 1;\n}\n\nvoid g()\n{\n    x = 1;\n}\n", "@@ void g()\n-    x = 1;\n+    x = 2;", "", "void f()\n{\n    x = 1;\n}\n\nvoid g()\n{\n    x = 2;\n}\n"),
        ("patch", "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 1\n", "@@ class A:\n-        return 1\n+        return 2", "", "!fit 2 places"),
        ("patch", "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 1\n", "@@ class A:\n@@ def g(self):\n-        return 1\n+        return 2", "", "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"),
        ("patch", "a\nb\nc\n", "@@\n-c\n+y\n@@\n-a\n+x", "", "x\nb\ny\n"),
        ("patch", "a\nb\nc\n", " a\n-x\n+y\n c", "", "!not found"),

        // Patches: endings and the end of the file.
        ("patch", "a\r\nb\r\nc\r\n", " a\n-b\n+x\n+y\n c", "", "a\r\nx\r\ny\r\nc\r\n"),
        ("patch", "a\r\nb\nc\r\n", " a\n-b\n+x\n c", "", "a\r\nx\nc\r\n"),
        ("patch", "a\r\nb\nc\r\nd\n", "-c\n+C\n+C2", "", "a\r\nb\nC\r\nC2\r\nd\n"),
        ("patch", "a\r\nb\r\nc\r\n", " a\r\n-b\r\n+x\r\n c\r", "", "a\r\nx\r\nc\r\n"),
        ("patch", "a\rb\rc\r", " a\n-b\n+x\n+y", "", "a\rx\ry\rc\r"),
        ("patch", "a\nb", " a\n-b\n+c", "", "a\nc"),
        ("patch", "a\nb", " b\n+c", "", "a\nb\nc"),
        ("patch", "a\r\nb", " b\n+c\n+d", "", "a\r\nb\r\nc\r\nd"),
        ("patch", "a\nb", " a\n-b", "", "a"),
        ("patch", "a\nb\n", " a\n-b", "", "a\n"),
        ("patch", "a\nb", "-a\n+x", "", "x\nb"),
        ("patch", "a\nb\n", "-b\n+b\n\\ No newline at end of file", "", "a\nb"),
        ("patch", "a\nb", "-b\n\\ No newline at end of file\n+b", "", "a\nb\n"),
        ("patch", "", "+first", "", "first\n"),
        ("patch", "a", "+b", "", "a\nb"),
        ("patch", "a\r\r\nb\n", "-b\n+c", "", "a\r\r\nc\n"),
        ("patch", "a  \n\tb\n", " a\n-b\n+c", "", "a  \n\tc\n"),
        ("patch", "a \r\nb\r\n", " a\n-b\n+c\n+d", "", "a \r\nc\r\nd\r\n"),
    ];

    /// <summary>Edits of one file each, in every ending, with and without a mark, with and without a last line ending.</summary>
    private static IEnumerable<(string, string, string, string, string)> Varied
    {
        get
        {
            (string Before, string Old, string New, string Hunk)[] plain =
            [
                ("import a\nimport b\n\nrun()\n", "import b\n", "import b\nimport c\n", " import a\n import b\n+import c"),
                ("def f():\n    x = 1\n    y = 2\n    return x\n", "    y = 2\n    return x", "    return x + 2", "-    y = 2\n-    return x\n+    return x + 2"),
                ("{\n  \"a\": 1,\n  \"b\": [\n    2\n  ]\n}\n", "  \"b\": [\n    2\n  ]", "  \"b\": [\n    2,\n    3\n  ],\n  \"c\": null", "-    2\n-  ]\n+    2,\n+    3\n+  ],\n+  \"c\": null"),
                ("all: build\n\nbuild:\n\tcc -o a a.c\n\nclean:\n\trm a\n", "\tcc -o a a.c", "\tcc -O2 -o a a.c\n\tstrip a", "-\tcc -o a a.c\n+\tcc -O2 -o a a.c\n+\tstrip a"),
                ("a\nb\nc\nd\ne\n", "b\nc\nd", "d\nc\nb", "-b\n-c\n-d\n+d\n+c\n+b"),
                ("héllo = 'wörld'\nnext = '日本語 🐎'\n", "next = '日本語 🐎'", "next = '日本 🐴'\nthird = ''", "-next = '日本語 🐎'\n+next = '日本 🐴'\n+third = ''"),
            ];
            foreach (var (before, old, replacement, hunk) in plain)
            {
                var after = before.Replace(old, replacement, StringComparison.Ordinal);
                foreach (var ending in (string[])["\n", "\r\n"])
                {
                    foreach (var mark in (string[])["", "\ufeff"])
                    {
                        foreach (var isEnded in (bool[])[true, false])
                        {
                            string Form(string text) => mark + (isEnded ? text : text.TrimEnd('\n')).Replace("\n", ending, StringComparison.Ordinal);
                            yield return ("edit", Form(before), old, replacement, Form(after));
                            yield return ("patch", Form(before), hunk, "", Form(after));
                        }
                    }
                }
            }
        }
    }
}
