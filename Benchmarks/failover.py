#!/usr/bin/env python3
"""What clients see of servers that die: porxy beside other proxies, each in front of three servers of which one is
killed (SIGKILL) again and again under short sessions.

Usage: failover.py --porxy .build/release/porxy [--kills N] [--only porxy,haproxy] [--clients N]

A session connects, sends 64 bytes, reads them back and closes. `direct` has no proxy: its clients try the servers in a
random order until one accepts. What they meet is what nobody can spare them: sessions that the dead server had taken.
"""
import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import time
from collections import Counter

from bench import free_ports
from peers import Setting, envoy_address
from processes import Failure, find, processes

MESSAGE = b"x" * 64
DOWN_SECONDS, UP_SECONDS = 0.15, 1.5
PATIENCE_SECONDS = 10

SERVER = """
import asyncio, sys
async def serve(reader, writer):
    try:
        writer.write(await reader.readexactly(64))
        await writer.drain()
        await reader.read()
    except (OSError, asyncio.IncompleteReadError):
        pass
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), reuse_address=True, backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def porxy(setting, port, servers, health=False):
    lines = ["listeners:", f"  - {{name: app, backend: app, address: 127.0.0.1, port: {port}}}", "backends:"]
    lines += ["  - name: app", *(["    health: {check: connect}"] if health else []), "    endpoints:"]
    lines += [f"      - {{name: s{server}, host: 127.0.0.1, port: {server}}}" for server in servers]
    binary = os.path.abspath(setting.options.porxy)
    return [binary, "run", "--config", setting.write("porxy.yaml", lines), "--workers", "1", "--log-level", "error"]


def porxy_checks(setting, port, servers):
    return porxy(setting, port, servers, health=True)


def haproxy(setting, port, servers, options=()):
    binary = find("haproxy")
    lines = ["defaults", "  mode tcp", "  timeout connect 5s", "  timeout client 1m", "  timeout server 1m"]
    lines += [f"  {option}" for option in options]
    lines += ["listen app", f"  bind 127.0.0.1:{port}", "  balance roundrobin"]
    lines += [f"  server s{server} 127.0.0.1:{server} check" for server in servers]
    return binary and [binary, "-db", "-f", setting.write("haproxy.cfg", lines)]


def haproxy_redispatch(setting, port, servers):
    return haproxy(setting, port, servers, ["option redispatch 1", "retries 3"])


def nginx(setting, port, servers):
    binary, module = find("nginx"), "/usr/lib/nginx/modules/ngx_stream_module.so"
    lines = [f"load_module {module};"] if os.path.exists(module) else []
    lines += ["daemon off;", "master_process off;", f"pid {setting.folder}/nginx.pid;", "error_log stderr crit;"]
    lines += ["events { worker_connections 4096; }", "stream {", "  upstream app {"]
    lines += [f"    server 127.0.0.1:{server};" for server in servers]
    lines += ["  }", f"  server {{ listen 127.0.0.1:{port}; proxy_pass app; }}", "}"]
    return binary and [
        binary, "-e", "stderr", "-p", setting.folder, "-c", setting.write("nginx.conf", lines)]


def envoy(setting, port, servers):
    """As its examples have it, with an active check every two seconds."""
    binary = os.environ.get("ENVOY") or find("envoy")
    proxy = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", "stat_prefix": "app",
        "cluster": "app"}
    check = {
        "timeout": "1s", "interval": "2s", "unhealthy_threshold": 2, "healthy_threshold": 1, "tcp_health_check": {}}
    ends = [{"endpoint": {"address": envoy_address(server)}} for server in servers]
    config = {"static_resources": {
        "listeners": [{
            "name": "app", "address": envoy_address(port),
            "filter_chains": [{"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]}]}],
        "clusters": [{
            "name": "app", "type": "STATIC", "connect_timeout": "5s", "health_checks": [check],
            "load_assignment": {"cluster_name": "app", "endpoints": [{"lb_endpoints": ends}]}}]}}
    path = setting.write("envoy.json", [json.dumps(config)])
    return binary and [binary, "-c", path, "--concurrency", "1", "-l", "critical", "--use-dynamic-base-id"]


PROXIES = {
    "direct": None, "porxy": porxy, "porxy, checks": porxy_checks, "haproxy": haproxy,
    "haproxy, redispatch": haproxy_redispatch, "nginx": nginx, "envoy": envoy,
}


async def session(ports):
    """One session over the first of these ports that accepts; what came of it."""
    for port in ports:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except ConnectionRefusedError:
            continue
        except ConnectionResetError:
            return "reset"
    else:
        return "refused"
    try:
        writer.write(MESSAGE)
        answer = await reader.read(len(MESSAGE))
        return "ok" if answer else "end"
    except OSError:
        return "reset"
    finally:
        writer.close()


class Load:
    """Clients that come again and again until they are told to stop."""

    def __init__(self, targets):
        self.targets, self.outcomes, self.times, self.is_over = targets, Counter(), [], False

    async def client(self):
        while not self.is_over:
            begun = time.monotonic()
            try:
                outcome = await asyncio.wait_for(session(self.targets()), PATIENCE_SECONDS)
            except asyncio.TimeoutError:
                outcome = "nothing"
            self.outcomes[outcome] += 1
            self.times.append(time.monotonic() - begun)


class Servers:
    def __init__(self, owner, count):
        self.owner, self.ports = owner, free_ports(count)
        self.children = [self.start(port) for port in self.ports]

    def start(self, port):
        child = self.owner.start([sys.executable, "-c", SERVER, str(port)], None, f"server-{port}", stdout=-1)
        if child.stdout.readline() != "ready\n":
            raise Failure("a server does not start: " + self.owner.complaint(f"server-{port}"))
        return child

    async def kill(self, place):
        """Kills one, and starts it again after a while."""
        self.owner.stop(self.children[place])
        await asyncio.sleep(DOWN_SECONDS)
        self.children[place] = await asyncio.to_thread(self.start, self.ports[place])
        await asyncio.sleep(UP_SECONDS)


async def listens(port):
    for _ in range(200):
        if await session([port]) == "ok":
            return
        await asyncio.sleep(0.05)
    raise Failure("the proxy does not serve")


async def run(name, options, owner):
    servers = Servers(owner, 3)
    targets = lambda: random.sample(servers.ports, 3)
    proxy = None
    if PROXIES[name]:
        [port] = free_ports(1)
        command = PROXIES[name](Setting(options, (), owner.folder, owner.write, 1), port, servers.ports)
        if not command:
            return None
        proxy = owner.start(command, None, name, stdin=-3, stdout=-3)
        await listens(port)
        targets = lambda: [port]
    load = Load(targets)
    clients = [asyncio.create_task(load.client()) for _ in range(options.clients)]
    for kill in range(options.kills):
        await servers.kill(kill % 3)
    load.is_over = True
    await asyncio.gather(*clients)
    for child in [*servers.children, *([proxy] if proxy else [])]:
        owner.stop(child)
    return load


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--porxy", required=True, metavar="BINARY")
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--clients", type=int, default=20, metavar="N")
    parser.add_argument("--only", metavar="NAMES", help="some of: " + "; ".join(PROXIES) + " (with ; between them)")
    options = parser.parse_args()
    print("| | sessions | refused | reset | end without an answer | no answer in 10 s | failed | p99.9 | longest |")
    print("|---|---|---|---|---|---|---|---|---|")
    with processes(pinned=False) as owner:
        for name in options.only.split(";") if options.only else PROXIES:
            load = asyncio.run(run(name, options, owner))
            if not load:
                continue
            seen, total = load.outcomes, sum(load.outcomes.values())
            failed = total - seen["ok"]
            last = statistics.quantiles(load.times, n=1000)[-1]
            print(
                f"| {name} | {total} | {seen['refused']} | {seen['reset']} | {seen['end']} | {seen['nothing']} "
                f"| {failed} | {last * 1000:.0f} ms | {max(load.times) * 1000:.0f} ms |", flush=True)


if __name__ == "__main__":
    main()
