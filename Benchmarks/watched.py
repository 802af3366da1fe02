#!/usr/bin/env python3
"""What it costs sessions that somebody watches porxy: round trips with and without three questions a second.

    python3 Benchmarks/watched.py --porxy .build/release/porxy --sessions 8000 --rounds 5

So many sessions are held; beside them 20 clients send 64 bytes there and back, for some seconds unwatched and for as
many while /sessions, /metrics and /overview are asked for once a second over the admin socket, in turns. Prints the
medians of all rounds, how long the answers took, and, where perf may look (root), the longest turns of the workers:
from the end of a wait to the beginning of the next.
"""
import argparse
import os
import re
import socket
import statistics
import subprocess
import threading
import time

from bench import Bench
from processes import Failure, descriptors_max, find, processes
from works import Work

CLIENTS = 20
QUESTIONS = ["/sessions", "/metrics", "/overview"]


def ask(path, target):
    """Seconds until the whole answer was there, and its size."""
    begun, size = time.monotonic(), 0
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        while part := client.recv(1 << 16):
            size += len(part)
    return time.monotonic() - begun, size


class Watcher:
    """Asks everything once a second until it is left."""

    def __init__(self, path):
        self.path, self.ended, self.answers = path, threading.Event(), {target: [] for target in QUESTIONS}

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.ended.wait(1):
            for target in QUESTIONS:
                self.answers[target].append(ask(self.path, target))

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def longest_turns(child, seconds, folder):
    """The longest turns in microseconds, of so many; None where perf may not look."""
    data = os.path.join(folder, "turns.data")
    events = "syscalls:sys_enter_epoll_pwait2,syscalls:sys_exit_epoll_pwait2"
    command = ["perf", "record", "-q", "-e", events, "-p", str(child.pid), "-o", data, "--", "sleep", str(seconds)]
    if not find("perf") or subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
        return None
    script = subprocess.run(
        ["perf", "script", "-i", data, "-F", "comm,tid,time,event"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True).stdout
    ended, turns = {}, []
    pattern = r"^\s*porxy-\d+\s+(\d+)\s+([\d.]+):\s+syscalls:sys_(enter|exit)_"
    for tid, stamp, way in re.findall(pattern, script, re.M):
        if way == "exit":
            ended[tid] = float(stamp)
        elif tid in ended:
            turns.append((float(stamp) - ended.pop(tid)) * 1e6)
    return sorted(turns)


def main():
    parser = argparse.ArgumentParser(description="Measures what it costs that somebody watches porxy.")
    parser.add_argument("--porxy", required=True, metavar="PATH", help="the binary, of a release build")
    parser.add_argument("--sessions", type=int, default=8000, metavar="N", help="held beside the clients (8000)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="turns of both (5)")
    parser.add_argument("--seconds", type=float, default=5, metavar="S", help="of each run (5)")
    options = parser.parse_args()
    options.idle = options.sessions
    with processes() as children:
        if descriptors_max() < 2 * (options.sessions + CLIENTS) + 200:
            raise Failure(f"{options.sessions} sessions need more descriptors than `ulimit -Hn` allows")
        path = os.path.join(children.folder, "admin.sock")
        options.lines = ["", f"admin: {{socket: {path}}}"]
        bench = Bench(options, children)
        with bench.proxy("porxy", 2) as (child, ports):
            held_work = Work("idle", "echo", ["idle", str(options.sessions)], "session")
            held = bench.start_load(held_work, ports["echo"], held_work.arguments, "idle")
            figures = bench.result(held, held_work, "idle")
            if figures["units"] != options.sessions:
                raise Failure(f"{figures['units']} of {options.sessions} sessions")
            ping = Work("ping", "echo", ["pingpong", str(CLIENTS), str(options.seconds), "64"], "round trip", 2)
            quiet, watched, answers = [], [], {target: [] for target in QUESTIONS}
            for _ in range(options.rounds):
                quiet.append(bench.run_load(ping, ports))
                with Watcher(path) as watcher:
                    watched.append(bench.run_load(ping, ports))
                for target in QUESTIONS:
                    answers[target] += watcher.answers[target]
            turns = []
            for watches in (False, True):
                load = bench.start_load(ping, ports["echo"], ping.arguments, "load")
                watcher = Watcher(path)
                if watches:
                    watcher.__enter__()
                turns.append(longest_turns(child, options.seconds - 1, children.folder))
                if watches:
                    watcher.__exit__()
                bench.result(load, ping, "load")
                children.stop(load)
            children.stop(held)
    print(f"{options.sessions} sessions held, {CLIENTS} clients, {options.rounds} rounds\n")
    print("| figure | unwatched | watched | ratio of medians |\n|---|---:|---:|---:|")
    for key in ("p50_us", "p99_us", "rate"):
        one, other = ([each[key] for each in some] for some in (quiet, watched))
        ratio = statistics.median(other) / statistics.median(one)
        spans = " | ".join(
            f"{statistics.median(each):.0f} ({min(each):.0f} to {max(each):.0f})" for each in (one, other))
        print(f"| {key} | {spans} | {ratio:.3f} |")
    print()
    for target in QUESTIONS:
        times = [seconds * 1000 for seconds, _ in answers[target]]
        print(f"{target}: {answers[target][-1][1]} bytes, median {statistics.median(times):.0f} ms, "
              f"longest {max(times):.0f} ms")
    for name, found in zip(("unwatched", "watched"), turns):
        if found:
            print(f"turns, {name}: {len(found)}, 99 % within {found[int(len(found) * .99)]:.0f} us, "
                  f"longest {', '.join(f'{turn:.0f}' for turn in found[-3:])} us")


if __name__ == "__main__":
    main()
