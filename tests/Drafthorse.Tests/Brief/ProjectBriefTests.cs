namespace Drafthorse.Tests.Brief;

/// <summary>What is found in small projects of each kind: the right commands, each with the file that it was found in.</summary>
public sealed class ProjectBriefTests
{
    [Fact]
    public async Task Dotnet_SolutionAndSettings_AreNamed()
    {
        var text = await ProjectWorld.DescribeAsync(
            ("App.slnx", "<Solution/>"), ("App.sln", ""), ("Directory.Packages.props", "<Project/>"), ("src/App/App.csproj", "<Project/>"), ("src/App/Program.cs", ""), ("tests/App.Tests/App.Tests.csproj", ""),
            (".drafthorse.yml", "setup: [dotnet restore]\nverify:\n  - dotnet test App.slnx\n"),
            ("AGENTS.md", "* Build: `dotnet build` (warnings are errors)\n* Look at `README.md`, and `dotnet`.\n```sh\n$ dotnet format --verify-no-changes\n```\n"),
            (".github/workflows/ci.yml", "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          dotnet restore\n          dotnet test App.slnx --no-build\n      - name: run\n        run: echo done\n"));

        HasLines(
            text,
            "  dotnet restore (.drafthorse.yml)",
            "  dotnet test App.slnx (.drafthorse.yml)",
            "  dotnet build (AGENTS.md)",
            "  dotnet format --verify-no-changes (AGENTS.md)",
            "  dotnet build App.slnx (App.slnx)",
            "  dotnet test App.slnx (App.slnx)",
            "  dotnet test App.slnx --no-build (.github/workflows/ci.yml)",
            "package managers, by their files: NuGet (Directory.Packages.props)");
        Assert.DoesNotContain("App.sln)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("App.csproj)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("echo done", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("package-lock.json", "", "npm test", "npm run build", "npm run lint", "npm")]
    [InlineData("pnpm-lock.yaml", "", "pnpm test", "pnpm run build", "pnpm run lint", "pnpm")]
    [InlineData("yarn.lock", "", "yarn test", "yarn run build", "yarn run lint", "yarn")]
    [InlineData("package-lock.json", "\"packageManager\":\"pnpm@9.1.0\",", "pnpm test", "pnpm run build", "pnpm run lint", "npm")]
    public async Task Node_ScriptsByTheLockFilesManager_AreNamed(string lockFile, string member, string test, string build, string lint, string manager)
    {
        var text = await ProjectWorld.DescribeAsync(
            (lockFile, ""), ("package.json", "{" + member + """ "scripts":{"start":"node .","build":"tsc -p .","test":"vitest run","test:e2e":"playwright test","lint":"eslint ."}}"""), ("src/index.ts", ""));

        HasLines(text, $"  {test} (package.json: vitest run)", $"  {build} (package.json: tsc -p .)", $"  {lint} (package.json: eslint .)", $"package managers, by their files: {manager} ({lockFile})");
        Assert.Contains("run test:e2e (package.json: playwright test)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node .", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uv.lock", "uv run pytest", "uv build", "uv run ruff check")]
    [InlineData("poetry.lock", "poetry run pytest", "poetry build", "poetry run ruff check")]
    [InlineData("README.md", "python -m pytest", "python -m build", "ruff check")]
    public async Task Python_ByTheLockFilesManager_IsNamed(string lockFile, string test, string build, string lint)
    {
        var text = await ProjectWorld.DescribeAsync(
            (lockFile, ""), ("pyproject.toml", "[build-system]\nrequires = ['hatchling']\n[project]\nname = 'x'\n[tool.pytest.ini_options]\naddopts = '-q'\n[tool.ruff]\nline-length = 100\n"), ("x/__init__.py", ""));

        HasLines(text, $"  {test} (pyproject.toml)", $"  {build} (pyproject.toml)", $"  {lint} (pyproject.toml)");
    }

    [Fact]
    public async Task Python_OlderFiles_AreAsked()
    {
        var text = await ProjectWorld.DescribeAsync(("setup.cfg", "[tool:pytest]\n[flake8]\n[mypy]\n"), ("tox.ini", "[tox]\nenvlist = py312\n"), ("setup.py", ""), ("requirements.txt", "pytest-cov\nrequests\n"));

        HasLines(text, "  python -m pytest (setup.cfg)", "  tox (tox.ini)", "  flake8 (setup.cfg)", "  mypy . (setup.cfg)");
    }

    [Fact]
    public async Task Go_Module_IsNamed() => HasLines(
        await ProjectWorld.DescribeAsync(("go.mod", "module x\n"), ("go.sum", ""), (".golangci.yml", ""), ("main.go", "")),
        "  go build ./... (go.mod)", "  go test ./... (go.mod)", "  go vet ./... (go.mod)", "  golangci-lint run (.golangci.yml)", "package managers, by their files: Go modules (go.sum)");

    [Fact]
    public async Task Maven_WithWrapperAndModules_IsNamedOnce()
    {
        var text = await ProjectWorld.DescribeAsync(("pom.xml", "<project/>"), ("mvnw", ""), ("core/pom.xml", "<project/>"));

        HasLines(text, "  ./mvnw -B -DskipTests package (pom.xml)", "  ./mvnw -B test (pom.xml)");
        Assert.DoesNotContain("(core/pom.xml)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gradle_WithAndWithoutWrapper_IsNamed()
    {
        HasLines(await ProjectWorld.DescribeAsync(("settings.gradle.kts", ""), ("build.gradle.kts", ""), ("gradlew", ""), ("app/build.gradle.kts", "")), "  ./gradlew build (build.gradle.kts)", "  ./gradlew test (build.gradle.kts)");
        HasLines(await ProjectWorld.DescribeAsync(("settings.gradle", ""), ("app/build.gradle", "")), "  gradle test (settings.gradle)");
    }

    [Fact]
    public async Task Rust_Workspace_IsNamed()
    {
        var text = await ProjectWorld.DescribeAsync(("Cargo.toml", "[workspace]\nmembers = ['a']\n[workspace.lints.clippy]\nall = 'warn'\n"), ("Cargo.lock", ""), ("a/Cargo.toml", "[package]\n"));

        HasLines(text, "  cargo build --workspace (Cargo.toml)", "  cargo test --workspace (Cargo.toml)", "  cargo clippy --workspace --all-targets (Cargo.toml)");
        Assert.DoesNotContain("(a/Cargo.toml)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C_MakeAndCMake_AreNamed()
    {
        HasLines(
            await ProjectWorld.DescribeAsync(("Makefile", "CC := gcc\nprog: main.c\n\t$(CC) -o $@ $<\ncheck: prog\n\t./run-tests\nlint:\n\tclang-tidy main.c\n.PHONY: check lint\n"), ("main.c", "")),
            "  make (Makefile)", "  make check (Makefile)", "  make lint (Makefile)");
        HasLines(
            await ProjectWorld.DescribeAsync(("CMakeLists.txt", "project(x C)\nenable_testing()\nadd_test(NAME t COMMAND t)\n"), ("lib/CMakeLists.txt", "")),
            "  cmake -S . -B build && cmake --build build (CMakeLists.txt)", "  ctest --test-dir build --output-on-failure (CMakeLists.txt)");
    }

    [Fact]
    public async Task Monorepo_EachPart_IsNamedWithItsFolder()
    {
        var text = await ProjectWorld.DescribeAsync(
            ("Makefile", "all: api web\ntest:\n\t./all-tests\n"), ("README.md", ""),
            ("api/go.mod", "module api\n"), ("api/main.go", ""),
            ("web/package.json", """{"scripts":{"test":"jest","build":"vite build"}}"""), ("web/yarn.lock", ""),
            ("services/pay/pyproject.toml", "[tool.pytest.ini_options]\n"), ("services/pay/uv.lock", ""),
            ("tools/deep/er/go.mod", "module deep\n"),
            ("lib/lib.sln", ""));

        HasLines(
            text,
            "  make all (Makefile)", "  make test (Makefile)", "  go test ./..., in api/ (api/go.mod)", "  yarn test, in web/ (web/package.json: jest)", "  yarn run build, in web/ (web/package.json: vite build)",
            "  uv run pytest, in services/pay/ (services/pay/pyproject.toml)", "  dotnet test lib.sln, in lib/ (lib/lib.sln)",
            "package managers, by their files: yarn (web/yarn.lock), uv (services/pay/uv.lock)");
        Assert.DoesNotContain("deep/er/go.mod", text, StringComparison.Ordinal);
        HasLines(text, "services/ 2: pay/ 2", "api/ 2: go.mod, main.go", "Makefile, README.md");
    }

    [Fact]
    public async Task Files_CountsAndNames_AreOfTheWholeTree()
    {
        var text = await ProjectWorld.DescribeAsync(("a/b/c/d.cs", ""), ("a/b/e.cs", ""), ("a/f.md", ""), ("LICENSE", ""), (".gitignore", ""));

        HasLines(text, "files: 5 in 4 folders: 2 without an ending, 2 .cs, 1 .md", "a/ 3: b/ 2, f.md", ".gitignore, LICENSE", "and 2 more files, 1 more folder");
    }

    [Fact]
    public async Task Project_WithoutCommands_SaysSo() =>
        Assert.Contains("no file names one that builds, tests or checks", await ProjectWorld.DescribeAsync(("notes.txt", "")), StringComparison.Ordinal);

    private static void HasLines(string text, params string[] lines)
    {
        var all = text.Split('\n');
        Assert.All(lines, line => Assert.True(all.Contains(line, StringComparer.Ordinal), $"There is no line\n{line}\nin\n{text}"));
    }
}
