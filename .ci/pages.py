"""The pages of docs/generated that `.ci/planted --write` writes: an explanation, a head, and the rows below."""
import os
import sys

import weave


class Page:
    def __init__(self, name, head):
        self.shown, self.head = f"docs/generated/{name}", head
        self.path = os.path.join(weave.ROOT, self.shown)

    def explanation(self):
        """What stands above the table."""
        text = open(self.path).read()
        if self.head not in text:
            sys.exit(f"{self.shown} has no table to put the rows into; it begins:\n{self.head}")
        return text[:text.index(self.head)]

    def listed(self):
        """The bugs of the rows."""
        text = open(self.path).read()
        rows = text[len(self.explanation()) + len(self.head):].splitlines()
        return [row.split(" | ")[0].lstrip("| ") for row in rows]

    def write(self, rows):
        text = self.explanation() + self.head + rows
        open(self.path, "w").write(text)
