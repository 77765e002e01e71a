#!/usr/bin/env python3
"""Makes flow.svg, and terminal.svg from a real run: docs/pictures/make.py [PATH-OF-DRAFTHORSE]"""
import html, pathlib, re, subprocess, sys

HERE = pathlib.Path(__file__).parent
STYLE = """<style>
  .box { fill: #f6f8fa; stroke: #57606a; } .gate { fill: #ddf4ff; stroke: #0969da; } .cage { fill: #fff8c5; stroke: #9a6700; }
  text { font: 14px ui-sans-serif, system-ui, sans-serif; fill: #1f2328; } .small { font-size: 12px; fill: #57606a; } .line { stroke: #57606a; fill: none; marker-end: url(#end); }
  @media (prefers-color-scheme: dark) {
    .box { fill: #161b22; stroke: #8b949e; } .gate { fill: #0c2d6b; stroke: #58a6ff; } .cage { fill: #341a00; stroke: #d29922; }
    text { fill: #e6edf3; } .small { fill: #8b949e; } .line { stroke: #8b949e; } marker path { fill: #8b949e; }
  }
</style>"""


def flow():
    def box(x, y, width, height, title, lines, kind="box"):
        text = f'<text x="{x + 12}" y="{y + 24}" font-weight="600">{html.escape(title)}</text>'
        for number, line in enumerate(lines):
            text += f'<text class="small" x="{x + 12}" y="{y + 44 + number * 17}">{html.escape(line)}</text>'
        return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>{text}'

    def line(path):
        return f'<path class="line" d="{path}"/>'

    parts = [
        box(10, 20, 170, 80, "Issue, comment", ["@drafthorse fix this", "signed webhook"]),
        box(230, 20, 190, 80, "Verify, keep", ["one flushed write, then 202", "nothing accepted is lost"]),
        box(470, 20, 190, 80, "Claim", ["fair, leased, fenced", "another replica takes over"]),
        box(710, 20, 190, 80, "Run", ["model, commit, tools, commit", "budgets are hard"]),
        box(710, 150, 190, 100, "Sandbox", ["Docker or bubblewrap", "full permissions inside", "no network, no secret"], "cage"),
        box(470, 150, 190, 45, "Egress gate", [], "gate"),
        box(470, 205, 190, 45, "Git gateway: one branch", [], "gate"),
        box(230, 150, 190, 100, "Draft pull request", ["verified on a clean checkout", "by code, not by the model", "a person reviews"]),
        box(10, 150, 170, 100, "One reply", ["what was done, what passed,", "what it cost"]),
        line("M180 60 H226"), line("M420 60 H466"), line("M660 60 H706"), line("M805 100 V146"), line("M710 172 H664"), line("M710 228 H664"),
        line("M470 228 H424"), line("M230 200 H184"), line("M95 150 V104"),
    ]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 910 270" role="img" aria-label="From a comment to a draft pull request">{STYLE}'
            '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#57606a"/></marker></defs>'
            + "".join(parts) + "</svg>\n")


def terminal(program):
    run = subprocess.run([program, "demo"], capture_output=True, text=True, check=True)
    lines = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rstrip() for line in run.stdout.splitlines()]
    lines = [re.sub(r"/\S*/artifacts/|/tmp/drafthorse-demo-[^/]*/", "", line) for line in lines if not line.strip().startswith("not ")]
    lines = ["$ drafthorse demo"] + [line if len(line) <= 118 else line[:117] + "…" for line in lines][:44]
    text = "".join(f'<text x="18" y="{58 + number * 18}" xml:space="preserve">{html.escape(line)}</text>' for number, line in enumerate(lines))
    height = 70 + len(lines) * 18
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" role="img" aria-label="drafthorse demo in a terminal">'
            "<style>text { font: 13px ui-monospace, SFMono-Regular, Menlo, monospace; fill: #e6edf3; }</style>"
            f'<rect width="960" height="{height}" rx="10" fill="#0d1117"/><circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>{text}</svg>\n')


(HERE / "flow.svg").write_text(flow())
if len(sys.argv) > 1:
    (HERE / "terminal.svg").write_text(terminal(sys.argv[1]))
