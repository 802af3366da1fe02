#!/usr/bin/env python3
"""What a line of its configuration costs porxy: with it and without it, in turns, on loopback.

    python3 Benchmarks/itself.py --porxy .build/release/porxy --line 'faults: {plan: []}' --rounds 5

Prints a Markdown table of medians: processor time and rate without the line and with it, and the ratio, with the least
and the most of all rounds. A ratio within them tells nothing.
"""
import argparse
import statistics

from bench import Bench
from processes import processes
from works import works

NAMES = ["down 1", "down 32", "up 32", "ping 1", "ping 200", "churn 50"]


def key(work):
    return "cpu_ms_per_gib" if work.unit == "MiB" else "cpu_us_per_unit"


def measure(bench, options):
    """By work and figure, what each round came to: without the line, and with it."""
    options.idle = 100
    chosen = [work for work in works(options) if work.name in options.works.split(",")]
    found = {(work.name, figure): ([], []) for work in chosen for figure in (key(work), "rate")}
    for _ in range(options.rounds):
        for work in chosen:
            for place, lines in enumerate([[], ["", *options.line]]):
                options.lines = lines
                figures = bench.measure("porxy", work)
                for figure in (key(work), "rate"):
                    found[work.name, figure][place].append(figures[figure])
    return found


def span(values):
    return f"{statistics.median(values):.4g} ({min(values):.4g} to {max(values):.4g})"


def main():
    parser = argparse.ArgumentParser(description="Measures what a line of its configuration costs porxy.")
    parser.add_argument("--porxy", required=True, metavar="PATH", help="the binary, of a release build")
    parser.add_argument("--line", required=True, action="append", help="of the configuration, at its top level")
    parser.add_argument("--works", default=",".join(NAMES), help="names with commas between them")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="turns of everything (5)")
    parser.add_argument("--seconds", type=float, default=2, metavar="S", help="of each run (2)")
    options = parser.parse_args()
    with processes() as children:
        found = measure(Bench(options, children), options)
    print("| work | figure | without | with | ratio of medians |\n|---|---|---:|---:|---:|")
    for (work, figure), (without, with_it) in found.items():
        ratio = statistics.median(with_it) / statistics.median(without)
        print(f"| {work} | {figure} | {span(without)} | {span(with_it)} | {ratio:.3f} |")


if __name__ == "__main__":
    main()
