"""verified_lines.py: lets the docstrings of ops say what their records say they were compared with.

    python tests/makers/verified_lines.py        # rewrites them, after a change of op_table.py

A docstring's "Verified against TensorFlow 1.15 to 2.21" is found by the path in its function's
decorator, and only the versions in it are replaced: what follows them (threads, processors) stays.
A paragraph whose versions change is filled anew. test_op_table.py holds that nothing is to be done.
"""

import ast
import re
import textwrap
from pathlib import Path

from tfphilox import op_table

SOURCES = Path(op_table.__file__).parent
NUMBER = r"\d+\.\d+(?!\d)"
SAID = re.compile(
    rf"(?<=erified against )(?:TensorFlow|Keras) {NUMBER}(?:(?:, | and | to ){NUMBER})*"
    rf"(?: and Keras {NUMBER}(?: to {NUMBER})?)?"
)


def path_of(function):
    """The path of a function's record, which its decorator names; None without one."""
    for each in function.decorator_list:
        called = each.func if isinstance(each, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in ("op", "explained"):
            return ast.literal_eval(each.args[0])
    return None


def paragraphs(lines, first, last):
    """Where the paragraphs of a docstring begin and end, the last one first."""
    end = None
    for number in range(last, first - 1, -1):
        if lines[number].strip() not in ("", '"""'):
            end = number + 1 if end is None else end
        elif end is not None:
            yield number + 1, end
            end = None
    if end is not None:
        yield first, end


def rewritten(text, records=op_table.RECORDS):
    """A source with the lines that its ops' records want."""
    lines = text.split("\n")
    functions = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.FunctionDef)]
    for function in sorted(functions, key=lambda each: -each.lineno):
        path = path_of(function)
        if path is None or ast.get_docstring(function) is None:
            continue
        place = function.body[0]
        for begin, end in paragraphs(lines, place.lineno - 1, place.end_lineno - 1):
            indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
            whole = " ".join(line.strip() for line in lines[begin:end])
            new = SAID.sub(records[path].verified, whole)
            if new != whole:
                lines[begin:end] = textwrap.wrap(
                    new, 100, initial_indent=indent, subsequent_indent=indent,
                    break_long_words=False, break_on_hyphens=False,
                )  # fmt: skip
    return "\n".join(lines)


def main():
    for path in sorted(SOURCES.rglob("*.py")):
        text = path.read_text()
        new = rewritten(text)
        if new != text:
            path.write_text(new)
            print(path)


if __name__ == "__main__":
    main()
