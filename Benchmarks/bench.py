"""Servers, one proxy at a time in front of them, and what a unit of work costs it."""
import contextlib
import json
import os
import socket
import subprocess
import time

from peers import PROXIES, Route, Setting
from processes import Failure, compiled, cpu_seconds, has_ended_threads, resident_kib, settled_cpu_seconds

HERE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS_MAX = 10
START_TRIES = 3
# How long sessions have been idle when they are weighed: what opening them took besides is given back by then.
IDLE_SECONDS = 0.5


class Bench:
    """The servers, and proxies in front of them one at a time."""

    def __init__(self, options, processes):
        self.options, self.processes, self.folder = options, processes, processes.folder
        self.load = compiled("load.c", os.path.join(self.folder, "load"))
        self.start_servers()

    def start_servers(self):
        """Servers on ports that no connection has used yet."""
        self.serving = self.processes.start(
            [self.load, "serve"], self.processes.load_cpu, "servers", stdout=subprocess.PIPE)
        self.servers = json.loads(self.serving.stdout.readline() or "{}")
        if not self.servers:
            raise Failure("the servers do not start: " + self.processes.complaint("servers"))

    def recipe(self, name, ports=(1, 1, 1), threads=1):
        """How to run a proxy with these ports to listen on; None if it is not installed."""
        routes = [Route(service, port, server) for port, (service, server) in zip(ports, self.servers.items())]
        return PROXIES[name](Setting(self.options, routes, self.folder, self.processes.write, threads))

    @contextlib.contextmanager
    def proxy(self, name, threads=1, before=(), environment=None):
        """A fresh process of this proxy, and the port of each service. Fresh, so that no work burdens the next.

        `before` is a command that runs it, `environment` what it gets in addition.
        """
        if name == "direct":
            yield None, self.servers
            return
        child, ports = self.start_proxy(name, threads, before, environment)
        try:
            yield child, ports
        finally:
            self.processes.stop(child)

    def cpu(self, cpu, threads):
        """Where a process belongs: with more than one thread the kernel decides."""
        return cpu if threads == 1 else None

    def start_proxy(self, name, threads, before, environment):
        """Tries again with other ports: somebody else may take one before the proxy does."""
        for _ in range(START_TRIES):
            ports = free_ports(len(self.servers))
            command = [*before, *self.recipe(name, ports, threads).command]
            child = self.processes.start(
                command, self.cpu(self.processes.proxy_cpu, threads), name, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
            if all(listens(port, child) for port in ports):
                settled_cpu_seconds(child.pid)
                return child, dict(zip(self.servers, ports))
            self.processes.stop(child)
        raise Failure(f"{name} does not listen: {self.processes.complaint(name)}")

    def measure(self, name, work):
        """The figures of one proxy at one work, once.

        Its servers are fresh: what earlier connections to the same port have left in TIME_WAIT makes the kernel search
        for a local port, which can take longer than all the rest of a short session.
        """
        self.processes.stop(self.serving)
        self.start_servers()
        with self.proxy(name, work.threads) as (child, ports):
            kib = resident_kib(child.pid) if child else 0
            cpu = cpu_seconds(child.pid) if child else 0
            figures = self.run_load(work, ports, child)
            if child and child.poll() is not None:
                raise Failure(f"{name} ended during {work.name}: {self.processes.complaint(name)}")
            if child:
                cpu = settled_cpu_seconds(child.pid) - cpu
                if has_ended_threads(child.pid):
                    raise Failure(f"{name} ends threads while it works: what they cost cannot be told")
                figures.update(costs(work, figures, cpu, kib))
            return figures

    def run_load(self, work, ports, proxy=None):
        """Runs the load, and another beside it; memory is read while an idle load holds its sessions."""
        beside = work.beside and self.start_load(work, ports[work.beside[0]], work.beside[1], "beside")
        load = self.start_load(work, ports[work.service], work.arguments, "load")
        try:
            figures = self.result(load, work, "load")
            if proxy and work.unit == "session":
                time.sleep(IDLE_SECONDS)
                figures["held_kib"] = resident_kib(proxy.pid)
            load.stdin.close()
            load.wait()
            if beside:
                figures["beside"] = self.result(beside, work, "beside")["rate"]
            return figures
        finally:
            for child in filter(None, (load, beside)):
                self.processes.stop(child)

    def start_load(self, work, port, arguments, name):
        kind, *rest = arguments
        return self.processes.start(
            [self.load, kind, str(port), *rest], self.cpu(self.processes.load_cpu, work.threads), name,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def result(self, load, work, name):
        line = load.stdout.readline()
        if not line:
            raise Failure(f"no result of {work.name}: {self.processes.complaint(name)}")
        return json.loads(line)


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
