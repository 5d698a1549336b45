"""Ends a server and removes its folder when whoever started it is gone, however that went (also by ``kill -9``).

``python watcher.py FOLDER [COMMAND ...]``: each line on stdin is the process id of the server that now runs, 0 when
none does. When stdin ends, which it does with the last process that holds the other end of the pipe, the server is
killed, the command (if there is one) is run and the folder is removed. Needs nothing but Python.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress


def main(folder: str, *command: str) -> None:
    process = 0
    for line in sys.stdin:
        process = int(line)
    if process:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    if command:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    for _ in range(100):  # a process that is being killed may still write for a moment
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
        time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
