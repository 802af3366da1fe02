#!/usr/bin/env python3
"""What porxy costs beside other TCP proxies, on loopback, in one command:

    python3 Benchmarks/compare.py --porxy .build/release/porxy --rounds 5

Prints a Markdown table (progress goes to the standard error output). README.md beside this file says what is measured
and how to read it. Needs Linux, gcc and Python 3; no root, no packages. A peer that is not installed is left out.

To add a peer, write one function and name it in PROXIES: it takes a Setting, writes what configuration the proxy needs
(`setting.write`), and returns a Recipe: the command that stays in the foreground as one process and listens on every
route, and the command that prints its version. None means: not installed. One thread that relays is what the others
have; threads that end while it works are refused, because the scheduler forgets what they cost.
"""
import argparse
import contextlib
import ctypes
import glob
import json
import os
import platform
import re
import resource
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS_MAX = 10
START_TRIES = 3
SETTLE_SECONDS_MAX = 2

Route = namedtuple("Route", "name port server")  # listen on `port`, relay to `server`, both on 127.0.0.1
Setting = namedtuple("Setting", "options routes folder write")
Recipe = namedtuple("Recipe", "command version")
Work = namedtuple("Work", "name service arguments unit")
Figure = namedtuple("Figure", "key title digits more_is_better")


class Failure(Exception):
    """What went wrong, in words for a person."""


# ---- Proxies --------------------------------------------------------------------------------------------------------


def porxy(setting):
    """One worker; the log tells errors only, as the peers' logs do."""
    lines = ["---", "listeners:"]
    for route in setting.routes:
        lines += [f"  - name: {route.name}", f"    backend: {route.name}-server"]
        lines += ["    address: 127.0.0.1", f"    port: {route.port}"]
    lines += ["", "backends:"]
    for route in setting.routes:
        lines += [f"  - name: {route.name}-server", "    host: 127.0.0.1", f"    port: {route.server}"]
    binary = os.path.abspath(setting.options.porxy)
    config = setting.write("porxy.yaml", lines)
    return Recipe(
        [binary, "run", "--config", config, "--workers", "1", "--log-level", "error"], [binary, "--version"])


def haproxy(setting):
    """One thread, splicing where it thinks fit."""
    binary = find("haproxy")
    if not binary:
        return None
    lines = ["global", f"  maxconn {setting.options.idle + 1000}", "  nbthread 1"]
    lines += ["defaults", "  mode tcp", "  option splice-auto", "  timeout connect 10s"]
    lines += ["  timeout client 1h", "  timeout server 1h"]
    for route in setting.routes:
        lines += [f"listen {route.name}", f"  bind 127.0.0.1:{route.port}"]
        lines += [f"  server {route.name}-server 127.0.0.1:{route.server}"]
    return Recipe([binary, "-db", "-f", setting.write("haproxy.cfg", lines)], [binary, "-v"])


def nginx(setting):
    """The stream module in a single process. Half-close, which it does not do by default, is on: the load needs it."""
    binary = find("nginx")
    if not binary:
        return None
    built_with = subprocess.run([binary, "-V"], capture_output=True, text=True).stderr
    modules = re.search(r"--modules-path=(\S+)", built_with)
    module = os.path.join(modules.group(1), "ngx_stream_module.so") if modules else ""
    if not os.path.exists(module) and not re.search(r"--with-stream(\s|$)", built_with):
        return None
    lines = [f"load_module {module};"] if os.path.exists(module) else []
    lines += ["daemon off;", "master_process off;", f"pid {setting.folder}/nginx.pid;", "error_log stderr crit;"]
    lines += [f"events {{ worker_connections {2 * setting.options.idle + 2000}; }}", "stream {"]
    lines += ["  proxy_timeout 1h;", "  proxy_half_close on;"]
    for route in setting.routes:
        lines += [f"  server {{ listen 127.0.0.1:{route.port} backlog=4096; proxy_pass 127.0.0.1:{route.server}; }}"]
    config = setting.write("nginx.conf", lines + ["}"])
    return Recipe([binary, "-e", "stderr", "-p", setting.folder, "-c", config], [binary, "-v"])


PROXIES = {"porxy": porxy, "haproxy": haproxy, "nginx": nginx}


def find(program):
    """Where a program is; servers hide where only root's PATH leads."""
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")


# ---- Work -----------------------------------------------------------------------------------------------------------


def works(options):
    """All that can be measured, in the table's order."""
    seconds = str(options.seconds)
    return [
        Work("down 1", "source", ["stream", "1", seconds, "down"], "MiB"),
        Work("down 32", "source", ["stream", "32", seconds, "down"], "MiB"),
        Work("up 1", "sink", ["stream", "1", seconds, "up"], "MiB"),
        Work("up 32", "sink", ["stream", "32", seconds, "up"], "MiB"),
        Work("ping 1", "echo", ["pingpong", "1", seconds, "64"], "round trip"),
        Work("ping 200", "echo", ["pingpong", "200", seconds, "64"], "round trip"),
        Work("ping16k 50", "echo", ["pingpong", "50", seconds, "16384"], "round trip"),
        Work("churn 50", "echo", ["churn", "50", seconds], "connection"),
        Work("idle", "echo", ["idle", str(options.idle)], "session"),
    ]


FIGURES = {
    "MiB": [Figure("cpu_ms_per_gib", "CPU ms a GiB", 0, False), Figure("rate", "MiB/s", 0, True)],
    "round trip": [
        Figure("cpu_us_per_unit", "CPU µs a round trip", 1, False),
        Figure("rate", "round trips/s", 0, True),
        Figure("p50_us", "half within µs", 0, False),
        Figure("p99_us", "99 % within µs", 0, False),
    ],
    "connection": [
        Figure("cpu_us_per_unit", "CPU µs a connection", 1, False),
        Figure("rate", "connections/s", 0, True),
    ],
    "session": [
        Figure("kib_per_session", "KiB a session", 2, False),
        Figure("fresh_mib", "MiB before the first", 1, False),
    ],
}


# ---- Processes ------------------------------------------------------------------------------------------------------


class Processes:
    """Owns every child, pins it, and ends it in the end, whatever happens."""

    def __init__(self, folder, proxy_cpu, load_cpu):
        self.folder, self.proxy_cpu, self.load_cpu = folder, proxy_cpu, load_cpu
        self.running = []
        self.libc = ctypes.CDLL(None)

    def start(self, command, cpu, name, **streams):
        """Starts a child in a process group of its own; what it complains about goes to a file named after it."""

        def prepare():
            parent_death = 1  # PR_SET_PDEATHSIG: even if this script is killed outright.
            self.libc.prctl(parent_death, signal.SIGKILL)
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})

        with open(self.complaints(name), "w") as errors:
            child = subprocess.Popen(
                command, stderr=errors, text=True, start_new_session=True, preexec_fn=prepare, **streams)
        self.running.append(child)
        return child

    def complaints(self, name):
        return os.path.join(self.folder, name + ".err")

    def complaint(self, name):
        """The last words of a child."""
        with open(self.complaints(name), errors="replace") as file:
            return file.read()[-400:].strip() or "no word why"

    def stop(self, child):
        """Kills the whole group: nobody waits for a drain here."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        self.running.remove(child)

    def stop_all(self):
        for child in list(self.running):
            self.stop(child)


def tree(pid):
    """A process and all below it."""
    found = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        found += [below for child in read(path).split() for below in tree(int(child))]
    return found


def read(path):
    """The text of a file of /proc, empty if its process or thread has just ended."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def cpu_seconds(pid):
    """What the scheduler charged all threads, kernel work on their behalf included."""
    paths = [path for process in tree(pid) for path in glob.glob(f"/proc/{process}/task/*/schedstat")]
    return sum(int((read(path).split() or ["0"])[0]) for path in paths) / 1e9


def has_ended_threads(pid):
    """Whether work was done by threads that have ended: schedstat knows nothing of them, the process's clock does."""
    process_clock = ~pid << 3 | 2  # As clock_getcpuclockid(3) makes it.
    return cpu_seconds(pid) < 0.9 * time.clock_gettime(process_clock)


def settled_cpu_seconds(pid):
    """The same once the proxy has finished what the load left behind."""
    end, last = time.monotonic() + SETTLE_SECONDS_MAX, cpu_seconds(pid)
    while time.monotonic() < end:
        time.sleep(0.1)
        current = cpu_seconds(pid)
        if current - last < 0.001:
            return current
        last = current
    return last


def resident_kib(pid):
    """Resident memory. The kernel's own, for sockets, is about the same for every proxy and not in it."""
    sizes = [re.search(r"^VmRSS:\s+(\d+)", read(f"/proc/{process}/status"), re.M) for process in tree(pid)]
    return sum(int(size.group(1)) for size in sizes if size)


# ---- Measuring ------------------------------------------------------------------------------------------------------


class Bench:
    """The servers, and proxies in front of them one at a time."""

    def __init__(self, options, processes):
        self.options, self.processes, self.folder = options, processes, processes.folder
        self.load = os.path.join(self.folder, "load")
        subprocess.run(["gcc", "-O2", "-o", self.load, os.path.join(HERE, "load.c")], check=True)
        servers = processes.start([self.load, "serve"], processes.load_cpu, "servers", stdout=subprocess.PIPE)
        self.servers = json.loads(servers.stdout.readline() or "{}")
        if not self.servers:
            raise Failure("the servers do not start: " + processes.complaint("servers"))

    def recipe(self, name, ports=(0, 0, 0)):
        """How to run a proxy with these ports to listen on; None if it is not installed."""
        routes = [Route(service, port, server) for port, (service, server) in zip(ports, self.servers.items())]
        return PROXIES[name](Setting(self.options, routes, self.folder, self.write))

    def write(self, name, lines):
        """Writes a proxy's configuration and returns where."""
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
        return path

    @contextlib.contextmanager
    def proxy(self, name):
        """A fresh process of this proxy, and the port of each service. Fresh, so that no work burdens the next."""
        if name == "direct":
            yield None, self.servers
            return
        child, ports = self.start_proxy(name)
        try:
            yield child, ports
        finally:
            self.processes.stop(child)

    def start_proxy(self, name):
        """Tries again with other ports: somebody else may take one before the proxy does."""
        for _ in range(START_TRIES):
            ports = free_ports(len(self.servers))
            command = self.recipe(name, ports).command
            child = self.processes.start(
                command, self.processes.proxy_cpu, name, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            if all(listens(port, child) for port in ports):
                settled_cpu_seconds(child.pid)
                return child, dict(zip(self.servers, ports))
            self.processes.stop(child)
        raise Failure(f"{name} does not listen: {self.processes.complaint(name)}")

    def measure(self, name, work):
        """The figures of one proxy at one work, once."""
        with self.proxy(name) as (child, ports):
            kib = resident_kib(child.pid) if child else 0
            cpu = cpu_seconds(child.pid) if child else 0
            figures = self.run_load(work, ports[work.service], child)
            if child and child.poll() is not None:
                raise Failure(f"{name} ended during {work.name}: {self.processes.complaint(name)}")
            if child:
                cpu = settled_cpu_seconds(child.pid) - cpu
                if has_ended_threads(child.pid):
                    raise Failure(f"{name} ends threads while it works: what they cost cannot be told")
                figures.update(costs(work, figures, cpu, kib))
            return figures

    def run_load(self, work, port, proxy):
        """Runs the load; memory is read while an idle load holds its sessions."""
        kind, *rest = work.arguments
        load = self.processes.start(
            [self.load, kind, str(port), *rest], self.processes.load_cpu, "load",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            line = load.stdout.readline()
            if not line:
                raise Failure(f"no result of {work.name}: {self.processes.complaint('load')}")
            figures = json.loads(line)
            if proxy:
                figures["held_kib"] = resident_kib(proxy.pid)
            load.stdin.close()
            load.wait()
            return figures
        finally:
            self.processes.stop(load)


def costs(work, figures, cpu, fresh_kib):
    """What a unit of the work cost the proxy."""
    units = max(figures["units"], 1)
    if work.unit == "session":
        return {"kib_per_session": (figures["held_kib"] - fresh_kib) / units, "fresh_mib": fresh_kib / 1024}
    if work.unit == "MiB":
        return {"cpu_ms_per_gib": cpu * 1e3 / (units / 1024)}
    return {"cpu_us_per_unit": cpu * 1e6 / units}


def free_ports(count):
    """Ports that the kernel says are free, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def listens(port, child):
    """Waits until somebody accepts on the port, or the child ends."""
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end and child.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return child.poll() is None
        time.sleep(0.02)
    return False


def measure_all(bench, names, wanted):
    """Takes turns: within a round every proxy does the same work right after the other. One that fails is told of."""
    results, failures = {work.name: {} for work in wanted}, []
    for turn in range(bench.options.rounds):
        for work in wanted:
            for name in names:
                if name == "direct" and work.unit == "session":
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
    peers = [value for name, value in medians.items() if name not in ("direct", "porxy") and value]
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
        "versions": ", ".join(first_line(bench.recipe(name).version) for name in names if name != "direct"),
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


def cpus(options):
    """One processor for the proxy and one for everybody else, as far apart as they can be; or none."""
    allowed = sorted(os.sched_getaffinity(0))
    return (None, None) if options.no_pin or len(allowed) < 2 else (allowed[0], allowed[-1])


def descriptors_max():
    """Lets this process and its children open as many descriptors as anybody may without being root."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def check(options):
    """What would only fail minutes later."""
    if not os.access(options.porxy, os.X_OK):
        raise Failure(f"{options.porxy} is no program: build it with `swift build -c release`")
    if descriptors_max() < 2 * options.idle + 200:
        raise Failure(f"{options.idle} idle sessions need more descriptors than `ulimit -Hn` allows: use --idle")
    if not find("gcc"):
        raise Failure("gcc is missing; it builds load.c")


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


def interrupted(number, frame):
    """Makes a signal an exception, so that everything is cleaned up on the way out."""
    sys.exit(128 + number)


def main():
    options = parse()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        processes = Processes(folder, *cpus(options))
        try:
            check(options)
            sys.exit(compare(options, processes))
        except (Failure, subprocess.CalledProcessError) as failure:
            sys.exit(f"compare: {failure}")
        finally:
            processes.stop_all()


if __name__ == "__main__":
    main()
