#!/usr/bin/env python3
"""What a unit of work costs porxy as sessions become more, on loopback, in one command:

    python3 Benchmarks/scaling.py --porxy .build/release/porxy --rounds 5 --svg docs/scaling.svg

Prints a Markdown table of medians and draws them. *busy* is so many sessions that all exchange 64 bytes; *beside idle*
is 50 busy sessions beside so many idle ones, who should cost nothing. The proxy has a processor for itself.
"""
import argparse
import statistics
import sys

from bench import Bench
from peers import PROXIES
from processes import Failure, cpu_seconds, descriptors_max, processes, settled_cpu_seconds
from works import Work

SESSIONS = [1, 10, 100, 1000, 8000]
BUSY = 50
SHORT_TO_LONG = 2
WIDTH, HEIGHT, MARGIN = 640, 360, 60
COLOURS = {"busy": "#1f77b4", "beside idle": "#d62728"}


def ping(count, seconds):
    return Work(f"ping {count}", "echo", ["pingpong", str(count), str(seconds), "64"], "round trip")


def cost(bench, child, ports, count, seconds):
    """Microseconds of processor a round trip.

    A long run less a short one: what it costs to open and to close the sessions, the same in both, is not in it.
    """
    short, long = (run(bench, child, ports, ping(count, each)) for each in (seconds, SHORT_TO_LONG * seconds))
    if long["units"] <= short["units"]:
        raise Failure(f"ping {count} was not faster in {SHORT_TO_LONG} times the time: use more seconds")
    return (long["cpu"] - short["cpu"]) * 1e6 / (long["units"] - short["units"])


def run(bench, child, ports, work):
    before = cpu_seconds(child.pid)
    figures = bench.run_load(work, ports)
    if figures["wrong"] or figures["lost"] or figures["failed"]:
        raise Failure(f"{work.name} did not work: {figures}")
    return {**figures, "cpu": settled_cpu_seconds(child.pid) - before}


def busy(bench, count, seconds):
    with bench.proxy(bench.options.proxy) as (child, ports):
        return cost(bench, child, ports, count, seconds)


def beside_idle(bench, count, seconds):
    with bench.proxy(bench.options.proxy) as (child, ports):
        work = Work(f"idle {count}", "echo", ["idle", str(count)], "session")
        held = bench.start_load(work, ports["echo"], work.arguments, "idle")
        try:
            figures = bench.result(held, work, "idle")
            if figures["units"] != count:
                raise Failure(f"{figures['units']} of {count} idle sessions")
            return cost(bench, child, ports, BUSY, seconds)
        finally:
            bench.processes.stop(held)


WORKS = {"busy": busy, "beside idle": beside_idle}


def measure(bench, options):
    """The median of every work at every size, taking turns."""
    values = {(name, count): [] for name in WORKS for count in options.sessions}
    for turn in range(options.rounds):
        for name, count in values:
            values[name, count].append(WORKS[name](bench, count, options.seconds))
            print(f"round {turn + 1}, {name} {count}: {values[name, count][-1]:.1f} µs", file=sys.stderr, flush=True)
    return {key: statistics.median(each) for key, each in values.items()}


def table(medians, sessions):
    lines = ["| sessions | " + " | ".join(f"{name}, CPU µs a round trip" for name in WORKS) + " |"]
    lines += ["|---:|" + "---:|" * len(WORKS)]
    for count in sessions:
        cells = [f"{medians[name, count]:.1f}" for name in WORKS]
        lines.append(f"| {count:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def drawing(medians, sessions):
    """A point by work and size; a step to the right is the next size."""
    highest = max(medians.values()) * 1.1
    step = (WIDTH - 2 * MARGIN) / max(len(sessions) - 1, 1)

    def x(index):
        return MARGIN + index * step

    def y(value):
        return HEIGHT - MARGIN - value / highest * (HEIGHT - 2 * MARGIN)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="13">', '<rect width="100%" height="100%" fill="white"/>']
    for mark in range(5):
        value = highest * mark / 4
        lines += [
            f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#dddddd"/>',
            f'<text x="{MARGIN - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.0f}</text>']
    for index, count in enumerate(sessions):
        lines.append(f'<text x="{x(index):.1f}" y="{HEIGHT - MARGIN + 20}" text-anchor="middle">{count:,}</text>')
    lines += [
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 16}" text-anchor="middle">sessions</text>',
        f'<text x="{MARGIN}" y="24">processor time a round trip, µs</text>']
    for row, (name, colour) in enumerate(COLOURS.items()):
        points = [(x(index), y(medians[name, count])) for index, count in enumerate(sessions)]
        path = " ".join(f"{left:.1f},{top:.1f}" for left, top in points)
        lines += [f'<polyline fill="none" stroke="{colour}" stroke-width="2"\n  points="{path}"/>']
        lines += [f'<circle cx="{left:.1f}" cy="{top:.1f}" r="3" fill="{colour}"/>' for left, top in points]
        lines += [f'<text x="{WIDTH - MARGIN}" y="{24 + row * 18}" text-anchor="end" fill="{colour}">{name}</text>']
    return "\n".join([*lines, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description="Measures what porxy costs as sessions become more.")
    parser.add_argument("--porxy", required=True, metavar="PATH", help="the binary, of a release build")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="turns of everything (3)")
    parser.add_argument("--seconds", type=float, default=1.5, metavar="S", help="of each short run (1.5)")
    parser.add_argument("--proxy", choices=PROXIES, default="porxy", help="another than porxy, to compare")
    parser.add_argument("--svg", metavar="FILE", help="draw there")
    options = parser.parse_args()
    options.idle, options.sessions = max(SESSIONS), SESSIONS
    with processes() as children:
        if descriptors_max() < 2 * (max(SESSIONS) + BUSY) + 200:
            raise Failure(f"{max(SESSIONS)} sessions need more descriptors than `ulimit -Hn` allows")
        medians = measure(Bench(options, children), options)
        print(table(medians, options.sessions))
        if options.svg:
            with open(options.svg, "w") as file:
                file.write(drawing(medians, options.sessions))


if __name__ == "__main__":
    main()
