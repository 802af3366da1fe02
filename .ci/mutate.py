"""Small changes of the sources, made by machine: each is a line that does something else once it is switched on."""
import os
import re

from weave import COPY

# A line begins one of these, or is none of a statement's.
KEYWORDS = ("let ", "var ", "return", "throw", "guard ", "if ", "else", "case ", "default", "for ", "while ", "switch ",
            "func ", "init", "defer", "do ", "do{", "catch", "break", "continue", "@", "//", "import ", "}", "{", ".",
            "?", ":", "&&", "||", "+", "-", "invariant(", "precondition", "assert", "super.", "static ", "mutating ",
            "public ", "private ", "package ", "fileprivate ", "internal ", "final ", "struct ", "extension ", "enum ",
            "class ", "protocol ", "consuming ", "subscript", "get", "set", "_read", "_modify", "yield", "repeat")
BOUNDARIES = {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > "}


class Mutant:
    def __init__(self, file, line, what, edit):
        # `edit` is what becomes of the line: ("condition", the clause, another one), or ("statement", another one).
        self.file, self.line, self.what, self.edit = file, line, what, edit
        self.number = 0

    @property
    def id(self):
        return f"{self.file.removeprefix('Sources/')}:{self.line + 1}: {self.what}"


def balanced(text):
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}")) and text.count('"') % 2 == 0


def clauses(condition):
    """The parts between commas that are in no brackets."""
    parts, depth, begun = [], 0, 0
    for place, sign in enumerate(condition):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append(condition[begun:place])
            begun = place + 1
    return [part.strip() for part in parts + [condition[begun:]]]


def of_condition(clause):
    """What may stand in a condition's place, by what has changed."""
    found = [("negated", f"!({clause})")]
    for old, new in BOUNDARIES.items():
        if clause.count(old) == 1 and "<" not in clause.replace(old, "") and ">" not in clause.replace(old, ""):
            found.append((f"{old.strip()} is {new.strip()}", clause.replace(old, new)))
    for old, new in ((" && ", " || "), (" || ", " && ")):
        if clause.count(old) == 1 and "?" not in clause:
            found.append((f"{old.strip()} is {new.strip()}", clause.replace(old, new)))
    return found


def of_line(text, following, is_in_init):
    """The mutants of a line: (what, edit)."""
    body = text.strip()
    if not body or body.startswith("//") or not balanced(body.split("  // ")[0].rstrip("{").rstrip()):
        return
    bare = body.split("  // ")[0].rstrip()
    match = re.match(r"(?:} else )?(?:if|guard|while) (.+?)(?: else)? \{(?: .*\})?$", bare)
    if match and "{" not in match[1]:
        for clause in clauses(match[1]):
            if re.search(r"\b(let|var|case)\b|#", clause) or clause in ("", "true"):
                continue
            for what, other in of_condition(clause):
                yield f"`{clause}` {what}", ("condition", clause, other)
        return
    if bare in ("return true", "return false"):
        other = "false" if bare.endswith("true") else "true"
        yield f"{bare}, {other}", ("statement", "return {condition} ? " + other + " : " + bare[7:])
        return
    if bare.endswith(("(", ",", "{", "&&", "||", "+", "-", "=", "?", ":", "[")) or following.startswith(
            (".", "?", ":", "&&", "||", "+ ", "- ", "??", "&+", "&-", "<", ">", "=", "as ")):
        return
    if is_in_init or bare.startswith(KEYWORDS) or not balanced(bare):
        return
    is_call = re.match(r"(?:_ = )?(?:self\.)?[a-z]\w*(?:[\w.!?]|\[[^\]]*\]|\([^()]*\))*\(.*\)$", bare)
    is_assignment = re.match(r"(?:self\.)?[a-z]\w*(?:[\w.!?]|\[[^\]]*\])* (?:[-+*|&]|&[-+])?= \S.*$", bare)
    if is_call or is_assignment:
        yield f"without `{bare}`", ("statement", "if !{condition} { " + bare + " }")


def find(files):
    """All mutants of the files, numbered from 1."""
    mutants = []
    for file in files:
        lines = open(os.path.join(COPY, file)).read().split("\n")
        depth_of_init = None
        # Variables that get their first value later, which cannot be left out.
        unset = {}
        for number, text in enumerate(lines):
            indent = len(text) - len(text.lstrip())
            if re.match(r"\s*(?:@\w+ )*(?:public |package |private |fileprivate )*(?:convenience )?init\b", text):
                depth_of_init = indent
            elif depth_of_init is not None and text.strip() and indent <= depth_of_init and text.strip() != "{":
                depth_of_init = None if text.strip().startswith("}") or indent < depth_of_init else depth_of_init
            if match := re.match(r"\s*(?:let|var) (\w+): [^={]+$", text):
                unset[match[1]] = number
            following = lines[number + 1].strip() if number + 1 < len(lines) else ""
            for what, edit in of_line(text, following, depth_of_init is not None):
                assigned = re.match(r"\s*(\w+) = ", text)
                if assigned and number - unset.get(assigned[1], -1000) < 60:
                    continue
                mutants.append(Mutant(file, number, what, edit))
    for number, mutant in enumerate(mutants, 1):
        mutant.number = number
    return mutants


def weave(mutants):
    """Writes them into the copy."""
    by_line = {}
    for mutant in mutants:
        by_line.setdefault((mutant.file, mutant.line), []).append(mutant)
    for file in {mutant.file for mutant in mutants}:
        path = os.path.join(COPY, file)
        lines = open(path).read().split("\n")
        for (place, number), those in by_line.items():
            if place != file:
                continue
            text = lines[number]
            for mutant in those:
                switch = f"isPlantedBug({mutant.number})"
                if mutant.edit[0] == "statement":
                    indent = text[:len(text) - len(text.lstrip())]
                    lines[number] = indent + mutant.edit[1].replace("{condition}", switch)
            conditions = {}
            for mutant in those:
                if mutant.edit[0] == "condition":
                    conditions.setdefault(mutant.edit[1], []).append(mutant)
            for clause, some in conditions.items():
                woven = f"({clause})"
                for mutant in some:
                    woven = f"(isPlantedBug({mutant.number}) ? ({mutant.edit[2]}) : {woven})"
                head, found, tail = lines[number].partition(clause)
                lines[number] = head + woven + tail if found else lines[number]
        if "PorxyCore" not in file and not any(line.endswith("import PorxyCore") for line in lines):
            lines[0] = "import PorxyCore; " + lines[0]
        open(path, "w").write("\n".join(lines))
