"""The planted bugs, and a copy of the sources with all of them woven in."""
import glob, os, re, shutil, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COPY = os.path.join(ROOT, ".build", "planted")
SWITCH = """import Glibc

/// The number of the bug that is switched on; 0: none.
public let plantedBug: Int = {
  guard let text = getenv("PORXY_BUG") else { return 0 }
  return Int(String(cString: text)) ?? 0
}()

@inlinable
public func isPlantedBug(_ number: Int) -> Bool { plantedBug == number }
"""


class Bug:
    def __init__(self, number, id, sentence, part):
        self.number, self.id, self.sentence, self.part = number, id, sentence, part
        self.edits, self.is_live = [], part == "epoll"

    @property
    def is_simulated(self):
        """No simulation runs the transport of real sockets."""
        return self.part != "epoll"


def read_bugs():
    bugs = []
    for path in sorted(glob.glob(os.path.join(ROOT, "Tests/PlantedBugs/*.bugs"))):
        part = os.path.basename(path).removesuffix(".bugs")
        for number, line in enumerate(open(path), 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("in "):
                file = line[3:]
                bugs[-1].edits.append((file, [], []))
            elif line == "live":
                bugs[-1].is_live = True
            elif line == "also":
                bugs[-1].edits.append((file, [], []))
            elif line[0] == "-":
                bugs[-1].edits[-1][1].append(line[1:].strip())
            elif line[0] == "+":
                bugs[-1].edits[-1][2].append(line[1:])
            elif match := re.match(r"([a-z-]+): (.+)", line):
                bugs.append(Bug(len(bugs) + 1, match[1], match[2], part))
            else:
                sys.exit(
                    f"{path}:{number}: not a bug's name, 'live', 'in FILE', 'also', or a line that begins with - or +")
    return bugs


def find(lines, wanted):
    """Places where the wanted lines stand, their indentation not compared."""
    stripped = [line.strip() for line in lines]
    return [at for at in range(len(lines)) if stripped[at:at + len(wanted)] == wanted]


def weave(bugs):
    """Replaces each bug's original lines by lines that do the same unless the bug is switched on."""
    errors = []
    for file in sorted({file for bug in bugs for file, _, _ in bug.edits}):
        path = os.path.join(COPY, file)
        lines = open(path).read().split("\n")
        edits = []
        for bug in bugs:
            for old, new in [(old, new) for place, old, new in bug.edits if place == file]:
                places = find(lines, old)
                if len(places) != 1:
                    errors.append(
                        f"{bug.id}: its original stands {len(places)} times in {file}, not once. The source has moved "
                        f"on: mend the bug's lines in Tests/PlantedBugs. It begins: {old[0]}")
                    continue
                switch = f"isPlantedBug({bug.number})"
                edits.append((places[0], len(old), [line.replace("isPlanted", switch) for line in new]))
        edits.sort()
        for (at, count, _), (next_at, _, _) in zip(edits, edits[1:]):
            if at + count > next_at:
                errors.append(f"{file}: two bugs change the same line: {lines[next_at].strip()}")
        for at, count, new in reversed(edits):
            lines[at:at + count] = new
        if "PorxyCore" not in file and not any(line.endswith("import PorxyCore") for line in lines):
            lines.insert(0, "import PorxyCore")
        open(path, "w").write("\n".join(lines))
    if errors:
        sys.exit("\n".join(errors))


def copy():
    """Brings the copy up to date with the sources, and keeps what was built in it."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    files = [file for file in listed.stdout.split("\n") if file and os.path.exists(os.path.join(ROOT, file))]
    for name in os.listdir(COPY) if os.path.isdir(COPY) else []:
        if name != ".build":
            path = os.path.join(COPY, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    for file in files:
        target = os.path.join(COPY, file)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(ROOT, file), target)


def prepare():
    """A fresh copy, in which isPlantedBug() says what is switched on, and no warning is an error."""
    copy()
    open(os.path.join(COPY, "Sources/PorxyCore/PlantedBug.swift"), "w").write(SWITCH)
    manifest = os.path.join(COPY, "Package.swift")
    text = open(manifest).read()
    for rule in ["  .strictMemorySafety(),\n", "  .treatAllWarnings(as: .error),\n"]:
        text = text.replace(rule, "")
    open(manifest, "w").write(text)


def build(bugs, *arguments):
    """Builds a copy with the bugs in it: `swift build` with the arguments."""
    prepare()
    weave(bugs)
    built = subprocess.run(["swift", "build", *arguments], cwd=COPY, capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit("the copy with the bugs does not build:\n" + "\n".join(
            line for line in built.stdout.split("\n") if "error:" in line) + built.stderr[-2000:])
