"""porxy and the proxies it is measured beside.

To add one, write one function and name it in PROXIES: it takes a Setting, writes what configuration the proxy needs
(`setting.write`), and returns a Recipe: the command that stays in the foreground and listens on every route, and the
command that prints its version. None means: not installed. Works named in `without` are left out for it.
"""
import json
import os
import re
import subprocess
from collections import namedtuple

from processes import compiled, find

HERE = os.path.dirname(os.path.abspath(__file__))
MANY = 100_000  # Connections, for proxies that want to know a limit.
NEED_THREADS = ("down 32 on 2 threads", "ping 200 on 2 threads", "churn 50 on 2 threads")  # Works, by name.

Route = namedtuple("Route", "name port server")  # listen on `port`, relay to `server`, both on 127.0.0.1
Setting = namedtuple("Setting", "options routes folder write threads")
Recipe = namedtuple("Recipe", "command version without", defaults=((),))


def built(setting, source, target, *flags):
    """The path of a C file beside this one, compiled into the setting's folder at the first call."""
    path = os.path.join(setting.folder, target)
    if not os.path.exists(path):
        compiled(source, path, *flags)
    return path


def porxy(setting):
    """The log tells errors only, as the peers' logs do."""
    lines = ["---", "listeners:"]
    for route in setting.routes:
        lines += [f"  - name: {route.name}", f"    backend: {route.name}-server"]
        lines += ["    address: 127.0.0.1", f"    port: {route.port}"]
    lines += ["", "backends:"]
    for route in setting.routes:
        lines += [f"  - name: {route.name}-server", "    host: 127.0.0.1", f"    port: {route.server}"]
    if spin := getattr(setting.options, "spin", None):
        lines += ["", f"spin: {spin}"]
    lines += getattr(setting.options, "lines", [])
    binary = os.path.abspath(setting.options.porxy)
    arguments = ["--config", setting.write("porxy.yaml", lines), "--workers", str(setting.threads)]
    return Recipe([binary, "run", *arguments, "--log-level", "error"], [binary, "--version"])


def haproxy(setting, congestion=""):
    """Splicing where it thinks fit."""
    binary = find("haproxy")
    if not binary:
        return None
    lines = ["global", f"  maxconn {setting.options.idle + 1000}", f"  nbthread {setting.threads}"]
    lines += ["defaults", "  mode tcp", "  option splice-auto", "  timeout connect 10s"]
    lines += ["  timeout client 1h", "  timeout server 1h"]
    for route in setting.routes:
        lines += [f"listen {route.name}", f"  bind 127.0.0.1:{route.port}{congestion}"]
        lines += [f"  server {route.name}-server 127.0.0.1:{route.server}{congestion}"]
    return Recipe([binary, "-db", "-f", setting.write("haproxy.cfg", lines)], [binary, "-v"])


def haproxy_reno(setting):
    """With the congestion control that porxy chooses on loopback. HAProxy before 3.3 is made to by a library."""
    recipe = haproxy(setting, " cc reno")
    if not recipe:
        return None
    probe = subprocess.run([*recipe.command, "-c"], capture_output=True, text=True)
    if "cc" not in re.findall(r"unknown keyword '(\w+)'", probe.stderr):
        return recipe
    library = built(setting, "reno.c", "reno.so", "-shared", "-fPIC")
    recipe = haproxy(setting)
    return recipe._replace(command=["env", f"LD_PRELOAD={library}", *recipe.command])


def nginx(setting):
    """The stream module; a single process where a thread is asked for. Half-close, which the load needs, is on."""
    binary = find("nginx")
    if not binary:
        return None
    built_with = subprocess.run([binary, "-V"], capture_output=True, text=True).stderr
    modules = re.search(r"--modules-path=(\S+)", built_with)
    module = os.path.join(modules.group(1), "ngx_stream_module.so") if modules else ""
    if not os.path.exists(module) and not re.search(r"--with-stream(\s|$)", built_with):
        return None
    many = setting.threads > 1
    lines = [f"load_module {module};"] if os.path.exists(module) else []
    lines += ["daemon off;", f"pid {setting.folder}/nginx.pid;", "error_log stderr crit;"]
    lines += [f"worker_processes {setting.threads};" if many else "master_process off;"]
    lines += [f"events {{ worker_connections {2 * setting.options.idle + 2000}; }}", "stream {"]
    lines += ["  proxy_timeout 1h;", "  proxy_half_close on;"]
    for route in setting.routes:
        listen = f"127.0.0.1:{route.port} backlog=4096" + (" reuseport" if many else "")
        lines += [f"  server {{ listen {listen}; proxy_pass 127.0.0.1:{route.server}; }}"]
    config = setting.write("nginx.conf", lines + ["}"])
    return Recipe([binary, "-e", "stderr", "-p", setting.folder, "-c", config], [binary, "-v"])


def envoy(setting):
    """The TCP proxy filter; `ENVOY` names a binary that is not in the PATH."""
    binary = os.environ.get("ENVOY") or find("envoy")
    if not binary:
        return None
    extension = "type.googleapis.com/envoy.extensions."
    monitor = {
        "name": "envoy.resource_monitors.global_downstream_max_connections",
        "typed_config": {
            "@type": extension + "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
            "max_active_downstream_connections": MANY}}
    config = {
        "static_resources": {
            "listeners": [envoy_listener(route, extension) for route in setting.routes],
            "clusters": [envoy_cluster(route) for route in setting.routes]},
        "overload_manager": {"resource_monitors": [monitor]}}
    path = setting.write("envoy.json", [json.dumps(config)])
    options = ["--concurrency", str(setting.threads), "-l", "critical", "--use-dynamic-base-id"]
    return Recipe([binary, "-c", path, *options], [binary, "--version"])


def envoy_address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def envoy_listener(route, extension):
    proxy = {
        "@type": extension + "filters.network.tcp_proxy.v3.TcpProxy", "stat_prefix": route.name, "cluster": route.name}
    filters = [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]
    return {"name": route.name, "address": envoy_address(route.port), "filter_chains": [{"filters": filters}]}


def envoy_cluster(route):
    ends = [{"endpoint": {"address": envoy_address(route.server)}}]
    return {
        "name": route.name, "type": "STATIC", "connect_timeout": "10s",
        "circuit_breakers": {"thresholds": [{"max_connections": MANY, "max_pending_requests": MANY}]},
        "load_assignment": {"cluster_name": route.name, "endpoints": [{"lb_endpoints": ends}]}}


def floor(setting):
    """What a relay without any of porxy's rules costs; no peer, but the ground below all of them. It has one thread."""
    binary = built(setting, "floor.c", "floor")
    routes = [f"{route.port}:{route.server}" for route in setting.routes]
    return Recipe([binary, *routes], ["echo", "floor.c"], NEED_THREADS)


def gocopy(setting):
    """io.Copy both ways. Its pipes, four descriptors a session, leave too few for idle sessions."""
    go = find("go")
    if not go:
        return None
    binary = os.path.join(setting.folder, "gocopy")
    if not os.path.exists(binary):
        subprocess.run([go, "build", "-o", binary, os.path.join(HERE, "gocopy.go")], check=True)
    routes = [f"{route.port}:{route.server}" for route in setting.routes]
    return Recipe(["env", f"GOMAXPROCS={setting.threads}", binary, *routes], [go, "version"], ("idle",))


def socat(setting):
    """A process for each session, and one that listens for each route; idle sessions would be thousands of them."""
    binary = find("socat")
    if not binary:
        return None
    commands = [
        f"{binary} TCP-LISTEN:{route.port},bind=127.0.0.1,reuseaddr,fork,backlog=4096 TCP:127.0.0.1:{route.server} &"
        for route in setting.routes]
    return Recipe(["sh", "-c", "\n".join([*commands, "wait"])], ["sh", "-c", f"{binary} -V | sed -n 2p"], ("idle",))


PROXIES = {
    "porxy": porxy, "haproxy": haproxy, "haproxy-reno": haproxy_reno, "nginx": nginx, "envoy": envoy, "gocopy": gocopy,
    "socat": socat, "floor": floor,
}
NO_PEERS = ("direct", "porxy", "floor")
