"""All benches in one table: ``make bench``. Ratios in one run on one machine; exit code 1 below a floor.

Each bench runs in a process of its own, so that none pays for the memory of another.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_ONE = "import importlib, json, sys; print(json.dumps(importlib.import_module(sys.argv[1]).measure()))"


def main(names: list[str]) -> int:
    """Run the benches whose file name contains one of ``names`` (all without names)."""
    rows = []
    for script in sorted(Path(__file__).parent.glob("bench_*.py")):
        if names and not any(name in script.stem for name in names):
            continue
        print(f"{script.stem} …", file=sys.stderr, flush=True)
        ran = subprocess.run([sys.executable, "-c", _ONE, f"tests.bench.{script.stem}"], capture_output=True, text=True)
        print(ran.stderr, file=sys.stderr, end="")
        if ran.returncode:
            return ran.returncode
        *notes, answer = ran.stdout.splitlines()
        print("\n".join(notes), file=sys.stderr)
        rows += [(script.stem.removeprefix("bench_"), *row) for row in json.loads(answer)]
    width = max(len(what) for _, what, _, _ in rows)
    print(f"{'bench':10} {'ratio':{width}} {'measured':>9} {'floor':>7}")
    for bench, what, ratio, floor in rows:
        print(f"{bench:10} {what:{width}} {ratio:9.2f} {floor:7.2f} {'ok' if ratio >= floor else 'BELOW'}")
    return int(any(ratio < floor for _, _, ratio, floor in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
