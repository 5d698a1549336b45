"""A Neo4j server to try things on: ``python -m tests.neo4j [5.26 | 2025.10]``.

Prints its URL and how to log in, and runs until Ctrl-C; then it is gone with all that was in it. It comes from where
the tests get theirs (``tests.neo4j.ways``).
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.neo4j.ways import VERSIONS, NoServer, start_server


def main(name: str = "5.26") -> int:
    if name not in VERSIONS:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with start_server(VERSIONS[name], Path(tempfile.mkdtemp(prefix="neo4j-"))) as server:
            print(f"Neo4j {server.version} at {server.url}, until Ctrl-C. To log in:")
            print(*(f"  export {key}={value}" for key, value in server.environment.items()), sep="\n", flush=True)
            with suppress(KeyboardInterrupt):
                while server.running:
                    time.sleep(1)
    except NoServer as error:
        print(f"No Neo4j {name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
