#!/usr/bin/env python3
"""What porxy costs beside other TCP proxies, on loopback, in one command:

    python3 Benchmarks/compare.py --porxy .build/release/porxy --rounds 5

Prints a Markdown table (progress goes to the standard error output). README.md beside this file says what is measured
and how to read it. Needs Linux, a C compiler and Python 3; no root, no packages. A peer that is not installed is left
out; peers.py says how to add one.
"""
import argparse
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys

from bench import HERE, Bench
from peers import NO_PEERS, PROXIES
from processes import Failure, descriptors_max, processes, read
from works import FIGURES, works


# ---- Measuring ------------------------------------------------------------------------------------------------------


def measure_all(bench, names, wanted):
    """Takes turns: within a round every proxy does the same work right after the other, in each another one first. One
    that fails is told of."""
    left_out = {name: ("idle",) if name == "direct" else bench.recipe(name).without for name in names}
    results, failures = {work.name: {} for work in wanted}, []
    for turn in range(bench.options.rounds):
        for work in wanted:
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                if work.name in left_out[name]:
                    continue
                try:
                    figures = bench.measure(name, work)
                except Failure as failure:
                    failures.append(f"- **{name} at {work.name}:** {failure}")
                    note(failures[-1])
                    continue
                results[work.name].setdefault(name, []).append(figures)
                note(f"round {turn + 1}, {work.name}, {name}: {figures['rate']:.0f}/s")
    return results, failures


def note(text):
    print(text, file=sys.stderr, flush=True)


# ---- Telling --------------------------------------------------------------------------------------------------------


def median(results, work, name, key):
    """None where a figure does not exist, as the proxy's cost without a proxy."""
    values = [figures[key] for figures in results[work].get(name, []) if key in figures]
    return statistics.median(values) if values else None


def against_best_peer(medians, figure):
    """Above 1: porxy is better than the best of the others, by this factor."""
    peers = [value for name, value in medians.items() if name not in NO_PEERS and value]
    own = medians.get("porxy")
    if not peers or not own:
        return ""
    ratio = own / max(peers) if figure.more_is_better else min(peers) / own
    return f"{ratio:.2f}"


def table(results, names, wanted):
    """The medians in Markdown."""
    lines = ["| work | figure | " + " | ".join(names) + " | against the best peer |"]
    lines += ["|---|---|" + "---:|" * (len(names) + 1)]
    for work in wanted:
        for figure in FIGURES[work.unit]:
            medians = {name: median(results, work.name, name, figure.key) for name in names}
            cells = ["" if value is None else f"{value:,.{figure.digits}f}" for value in medians.values()]
            row = [work.name, figure.title, *cells, against_best_peer(medians, figure)]
            lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def faults(results):
    """A line for every proxy that lost or changed bytes or broke connections."""
    lines = []
    for work, by_name in results.items():
        for name, rounds in by_name.items():
            counts = {key: sum(figures[key] for figures in rounds) for key in ("wrong", "lost", "failed")}
            if any(counts.values()):
                lines.append(f"- **{name} at {work}:** {counts['wrong']} bytes wrong, {counts['lost']} lost, "
                             f"{counts['failed']} connections failed.")
    return lines


def first_line(command, **options):
    """What a command says first, on whichever output."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, **options)
    except OSError:
        return ""
    return ((run.stdout or run.stderr).strip().splitlines() or [""])[0] if run.returncode == 0 else ""


def environment(bench, names, processes):
    """What somebody needs to know who wants to see the same figures."""
    model = re.search(r"^model name\s*: (.*)", read("/proc/cpuinfo"), re.M)
    commit = first_line(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=HERE)
    pinned = processes.proxy_cpu is not None
    return {
        "machine": f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors",
        "kernel": f"{platform.system()} {platform.release()}",
        "congestion control": read("/proc/sys/net/ipv4/tcp_congestion_control").strip(),
        "pinned": f"proxy to {processes.proxy_cpu}, load and servers to {processes.load_cpu}" if pinned else "no",
        "versions": ", ".join(dict.fromkeys(
            first_line(bench.recipe(name).version) for name in names if name != "direct")),
        "commit": commit or "unknown",
        "command": shlex.join(["python3", *sys.argv]),
    }


def report(results, complaints, names, wanted, facts):
    """All of it, in Markdown."""
    lines = [table(results, names, wanted), "", *(complaints or ["No byte was wrong or lost."]), ""]
    return "\n".join(lines + [f"- {key}: {value}" for key, value in facts.items()])


# ---- Beginning ------------------------------------------------------------------------------------------------------


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(description="Compares porxy with other TCP proxies on loopback.")
    parser.add_argument("--porxy", required=True, metavar="PATH", help="the binary, of a release build")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="turns of everybody at everything (3)")
    parser.add_argument("--seconds", type=float, default=3, metavar="S", help="of each work (3)")
    parser.add_argument("--idle", type=int, default=4000, metavar="N", help="idle sessions (4000)")
    parser.add_argument("--only", default="", metavar="A,B", help="these of direct, " + ", ".join(PROXIES))
    parser.add_argument("--works", default="", metavar="A,B", help='these works, by name as in the table: "up 1,idle"')
    parser.add_argument("--no-pin", action="store_true", help="let the kernel place the processes")
    parser.add_argument("--json", metavar="FILE", help="write every single figure there, too")
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds <= 0 or options.idle < 1:
        parser.error("rounds, seconds and idle sessions are at least one")
    return options


def chosen(text, possible, what):
    """The names in a list with commas, all if it is empty."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in possible]
    if unknown:
        raise Failure(f"no such {what}: {', '.join(unknown)}; there are: {', '.join(possible)}")
    return [name for name in possible if not names or name in names]


def check(options):
    """What would only fail minutes later."""
    if not os.access(options.porxy, os.X_OK):
        raise Failure(f"{options.porxy} is no program: build it with `swift build -c release`")
    if descriptors_max() < 2 * options.idle + 200:
        raise Failure(f"{options.idle} idle sessions need more descriptors than `ulimit -Hn` allows: use --idle")


def compare(options, processes):
    """Measures, prints, writes. Returns the exit code."""
    wanted = [work for work in works(options) if work.name in chosen(
        options.works, [each.name for each in works(options)], "work")]
    bench = Bench(options, processes)
    names = chosen(options.only, ["direct", *PROXIES], "proxy")
    for name in [name for name in names if name != "direct" and not bench.recipe(name)]:
        note(f"{name} is not installed and left out")
        names.remove(name)
    results, failures = measure_all(bench, names, wanted)
    complaints = faults(results) + failures
    facts = environment(bench, names, processes)
    print(report(results, complaints, names, wanted, facts))
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"environment": facts, "complaints": complaints, "results": results}, file, indent=1)
    return 1 if complaints else 0


def main():
    options = parse()
    with processes(not options.no_pin) as children:
        check(options)
        sys.exit(compare(options, children))


if __name__ == "__main__":
    main()
