"""What the load can do, and what is told of it."""
from collections import namedtuple

# `threads` relay at most, and beside one thread everybody is pinned; `beside` is a second load meanwhile: a service and
# its arguments.
Work = namedtuple("Work", "name service arguments unit threads beside", defaults=(1, None))
Figure = namedtuple("Figure", "key title digits more_is_better")


def works(options):
    """All that can be measured, in the table's order."""
    seconds = str(options.seconds)
    longer = str(options.seconds + 1)
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
        Work("ping 50 beside down 4", "echo", ["pingpong", "50", seconds, "64"], "round trip in company", 1,
             ("source", ["stream", "4", longer, "down"])),
        Work("ping 50 beside down 12", "echo", ["pingpong", "50", seconds, "64"], "round trip in company", 1,
             ("source", ["stream", "12", longer, "down"])),
        Work("ping 1 beside down 12", "echo", ["pingpong", "1", seconds, "64"], "round trip in company", 1,
             ("source", ["stream", "12", longer, "down"])),
        Work("down 32 on 2 threads", "source", ["stream", "32", seconds, "down"], "MiB", 2),
        Work("ping 200 on 2 threads", "echo", ["pingpong", "200", seconds, "64"], "round trip", 2),
        Work("churn 50 on 2 threads", "echo", ["churn", "50", seconds], "connection", 2),
    ]


FIGURES = {
    "MiB": [Figure("cpu_ms_per_gib", "CPU ms a GiB", 0, False), Figure("rate", "MiB/s", 0, True)],
    "round trip": [
        Figure("cpu_us_per_unit", "CPU µs a round trip", 1, False),
        Figure("rate", "round trips/s", 0, True),
        Figure("p50_us", "half within µs", 0, False),
        Figure("p99_us", "99 % within µs", 0, False),
    ],
    "round trip in company": [
        Figure("rate", "round trips/s", 0, True),
        Figure("p50_us", "half within µs", 0, False),
        Figure("p99_us", "99 % within µs", 0, False),
        Figure("beside", "MiB/s beside them", 0, True),
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
