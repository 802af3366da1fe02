"""Switches planted bugs on under the suites that hold porxy and its simulation to the kernel: .ci/planted --live

Real sockets take real time, so a suite is stopped as soon as it has complained. Only suites that could see a bug run,
the quick ones first, until one has seen it.
"""
import collections, os, re, signal, subprocess, sys, tempfile, time
import pages, weave

# `shows` are patterns of what names a complaint best, the first that matches.
Suite = collections.namedtuple("Suite", "title filter parts shows")
SUITES = [
    Suite("parity", "ConformanceTests.ParityTests", ["network"], [r"entry → Kernel/(\S+)"]),
    Suite("drawn", "ConformanceTests.DifferentialTests", ["network"], [r"↳ drawn from (\S+)"]),
    Suite("contract", "TransportContractTests", ["network", "epoll"], [r'Test "(.+?)" recorded an issue']),
    Suite("catalogue", "LiveSocketTests.CatalogueThroughPorxyTests", ["proxy", "epoll"], [r'"([A-Z]\w+/[\w-]+)[:,]']),
    Suite("load", "LiveSocketTests.RandomLoadTests", ["proxy", "epoll"], [r"\n +([A-Z]+) at "]),
]
HEAD = "| planted bug | found by | what complained first |\n|---|---|---|\n"
PAGE = pages.Page("planted-bugs-live.md", HEAD)
UNSEEN = "not seen"
# A suite takes 70 seconds at the most without a bug.
SECONDS_MAX = 150
COMPLAINS = " recorded an issue"


def run(suite, number):
    """What a suite printed up to its first complaints, and its exit code; None when it had to be stopped."""
    tests = os.path.join(weave.COPY, ".build/debug/porxyPackageTests.xctest")
    command = [tests, "--testing-library", "swift-testing", "--filter", suite.filter.replace(".", r"\.") + r"[./]"]
    environment = dict(os.environ, PORXY_BUG=str(number), PORXY_LONG_TESTS="1", SWIFT_BACKTRACE="enable=no")
    with tempfile.TemporaryFile("w+") as output:
        running = subprocess.Popen(command, cwd=weave.COPY, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        deadline = time.monotonic() + SECONDS_MAX
        while running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
            if COMPLAINS in read(output):
                # What belongs to the complaint is being written.
                time.sleep(0.5)
                break
        code = running.poll()
        end_group(running)
        return read(output), code


def end_group(running):
    """Ends a suite, unless it has ended, and every porxy that it has left running."""
    try:
        os.killpg(running.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    running.wait()


def read(output):
    output.seek(0)
    return output.read()


def complaint(suite, number):
    """What the suite complains of first, in a few words; `UNSEEN` if it passes."""
    text, code = run(suite, number)
    if COMPLAINS not in text:
        if code == 0 and re.search(r"Test run with [1-9].* passed", text):
            return UNSEEN
        return "comes to no rest" if code is None else "trap" if code not in (0, 1) else f"ends with code {code}"
    first = text[text.index("\n✘ Test "):]
    for pattern in suite.shows:
        if match := re.search(pattern, first):
            return match[1].replace("|", "/")
    return re.search(r"✘ Test (.+?) recorded an issue", first)[1].strip('"')


def check_control():
    """Without a bug every suite has to pass, or it would tell nothing of bugs."""
    for suite in SUITES:
        found = complaint(suite, 0)
        if found != UNSEEN:
            sys.exit(f"without a bug {suite.filter} fails: {found}. Mend that first; swift test --filter "
                     f"{suite.filter} shows it whole")
        print(f"without a bug: {suite.title} passes", flush=True)


def finder(bug):
    """The suite that sees the bug first, and what it complains of."""
    for suite in SUITES:
        if bug.part in suite.parts:
            words = complaint(suite, bug.number)
            if words != UNSEEN:
                return suite.title, words
    return None


def main(bugs, options):
    chosen = [bug for bug in bugs if bug.is_live and options.only in (None, bug.id)]
    if not chosen:
        sys.exit("no such bug is tried on real sockets: a line `live` below its name in Tests/PlantedBugs asks for it")
    began = time.monotonic()
    weave.build(bugs, "--build-tests")
    check_control()
    table, missed = "", []
    for bug in chosen:
        found = finder(bug)
        title, words = found or ("–", UNSEEN)
        table += f"| {bug.sentence} | {title} | {words} |\n"
        print(f"{bug.id}: {title}: {words}", flush=True)
        if found is None:
            missed.append(bug.id)
    print(HEAD + table + f"\n{len(chosen)} bugs, {len(missed)} not seen, {round(time.monotonic() - began)} s")
    if options.write:
        PAGE.write(table)
    elif options.only is None and PAGE.listed() != [bug.sentence for bug in chosen]:
        print(f"{PAGE.shown} lists other bugs: .ci/planted --live --write brings it up to date")
    if missed:
        sys.exit("".join(f"not seen: {id}\n" for id in missed) + "a bug that no suite sees wants a row of the kernel's "
                 "catalogue, a clause of the contract or a scenario of a rule")
