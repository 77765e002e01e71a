# Needs no compiler: no file names the old method, and each use has the new name.
if git grep -n Frobnicate -- '*.cs'; then echo 'the old name is still there'; exit 1; fi
[ "$(git grep -h -o 'Normalize(' -- src | wc -l)" -eq 3 ] && git grep -q 'TextTools.Normalize(' -- tests && git grep -q 'public static string Normalize(string text)' -- src/TextTools.cs
