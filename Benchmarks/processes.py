"""The processes of a benchmark: started, pinned, charged and ended."""
import contextlib
import ctypes
import glob
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SETTLE_SECONDS_MAX = 2
TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """What went wrong, in words for a person."""


def find(*programs):
    """Where the first of these programs is that is installed; servers hide where only root's PATH leads."""
    path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    return next(filter(None, (shutil.which(program, path=path) for program in programs)), None)


def compiled(source, target, *flags):
    """The target's path, built from a C file beside this one."""
    compiler = find("cc", "gcc", "clang")
    if not compiler:
        raise Failure(f"a C compiler is missing; it builds {source}")
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), source)
    subprocess.run([compiler, "-O2", *flags, "-o", target, path], check=True)
    return target


class Processes:
    """Owns every child, pins it, and ends it in the end, whatever happens."""

    def __init__(self, folder, proxy_cpu, load_cpu):
        self.folder, self.proxy_cpu, self.load_cpu = folder, proxy_cpu, load_cpu
        self.running = []
        self.libc = ctypes.CDLL(None)

    def write(self, name, lines):
        """Writes a configuration into the folder and returns where."""
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
        return path

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
    """What the scheduler charged all threads, kernel work on their behalf included, and children that have ended."""
    processes = tree(pid)
    paths = [path for process in processes for path in glob.glob(f"/proc/{process}/task/*/schedstat")]
    alive = sum(int((read(path).split() or ["0"])[0]) for path in paths) / 1e9
    return alive + sum(map(ended_children_seconds, processes))


def ended_children_seconds(pid):
    """What children cost that have been waited for, in whole ticks."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / TICKS if fields else 0


def has_ended_threads(pid):
    """Whether work was done by threads that have ended: schedstat knows nothing of them, the process's clock does."""
    process_clock = ~pid << 3 | 2  # As clock_getcpuclockid(3) makes it.
    return cpu_seconds(pid) + 0.01 < 0.9 * time.clock_gettime(process_clock)


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


def resident_kib(pid, kind="VmRSS"):
    """Resident memory, with `RssAnon` without what is mapped from files, such as code.

    The kernel's own, for sockets, is about the same for every proxy and not in it.
    """
    sizes = [re.search(rf"^{kind}:\s+(\d+)", read(f"/proc/{process}/status"), re.M) for process in tree(pid)]
    return sum(int(size.group(1)) for size in sizes if size)


def descriptors_max():
    """Lets this process and its children open as many descriptors as anybody may without being root."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def cpus(pinned=True):
    """One processor for the proxy and one for everybody else, as far apart as they can be; or none."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[-1]) if pinned and len(allowed) > 1 else (None, None)


def interrupted(number, frame):
    """Makes a signal an exception, so that everything is cleaned up on the way out."""
    sys.exit(128 + number)


@contextlib.contextmanager
def processes(pinned=True):
    """Children in a folder that goes when they have ended; a Failure ends the program with its words."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    with tempfile.TemporaryDirectory(prefix="porxy-bench-") as folder:
        owner = Processes(folder, *cpus(pinned))
        try:
            yield owner
        except (Failure, subprocess.CalledProcessError) as failure:
            sys.exit(f"error: {failure}")
        finally:
            owner.stop_all()
