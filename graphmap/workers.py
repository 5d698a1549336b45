"""Runs one function over many tasks in processes that may die without harm to the others.

Files from outside can make a reader abort, hang or fill the memory. Each task runs in a worker process with a
memory limit and a time limit; a worker that dies takes only its own task with it and is replaced.

Workers are fresh interpreters that talk in pickles over their standard input and output, not
``multiprocessing``: its "spawn" imports the caller's main script again, so that a script without a
``if __name__ == "__main__"`` guard would start itself for ever, and one abort breaks a
``concurrent.futures`` pool as a whole.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, NamedTuple, TypeVar

from graphmap.errors import GraphmapError

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Died:
    """The worker did not live to give a result; ``reason`` completes the sentence "the reader …"."""

    reason: str


Done = tuple[Task, Result | GraphmapError | Died]
"""A task with its result. A ``GraphmapError`` that the function raises is the result of its task."""


def run(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    *,
    jobs: int,
    memory_mb: int = 1024,
    timeout: float = 120,
    ahead: int = 0,
    size: Callable[[Result], int] = lambda _: 1,
) -> Generator[list[Done[Task, Result]]]:
    """Yield all tasks with their results, at each step those that are ready, and go on while the caller uses them.

    A worker that dies, runs out of memory or takes too long gives ``Died``. Any other exception than a
    ``GraphmapError`` is a bug: it is raised here, with the worker's traceback as a note, and ends the run.

    ``function`` must be importable by its module and name; tasks and results must be picklable. Closing the generator
    ends all workers.

    Args:
        function: what to do with one task.
        tasks: taken one by one, when a worker is free.
        jobs: number of worker processes; 0 runs in this process, without any limit.
        memory_mb: address space that a worker may take, in MiB (where the system can limit it).
        timeout: seconds that one task may take.
        ahead: no further task is begun while results of more than this size wait to be taken.
        size: of a result; errors have none.
    """
    if jobs < 0:
        raise ValueError(f"jobs must be 0 or more, not {jobs}")
    if jobs and getattr(function, "__module__", "") == "__main__":
        raise ValueError(f"{function!r} must stand in a module that the workers can import, not in the main script")
    if jobs:
        setup = pickle.dumps((function, memory_mb, timeout))
        keep_busy = partial(_keep_busy, setup, iter(tasks), jobs, memory_mb, timeout, ahead, size)
        yield from _beside(keep_busy)
        return
    for task in tasks:
        yield [(task, _attempt(function, task, ""))]


def _attempt(function: Callable[[Task], Result], task: Task, limit: str) -> Result | GraphmapError | Died:
    try:
        return function(task)
    except GraphmapError as error:
        return error
    except MemoryError:
        return Died(f"ran out of memory{limit}")


# --- the side of the caller -----------------------------------------------------------------------------------


class _Answer(NamedTuple):
    result: Any
    bug: tuple[Exception, str] | None = None  # the exception and the worker's traceback


class _End(NamedTuple):
    error: Exception | None = None


_Letter = tuple["_Worker", _Answer | None] | int | None
"""To whoever keeps the workers busy: an answer, how many results the caller has taken, or that it is over."""


def _beside(
    serve: Callable[[queue.SimpleQueue[_Letter]], Iterable[Done[Task, Result]]],
) -> Generator[list[Done[Task, Result]]]:
    """Let this go on in a thread, so that no worker waits for a caller who is busy; yield what is ready."""
    letters: queue.SimpleQueue[_Letter] = queue.SimpleQueue()
    ready: queue.SimpleQueue[Done[Task, Result] | _End] = queue.SimpleQueue()

    def pass_on() -> None:
        try:
            for done in serve(letters):
                ready.put(done)
        except Exception as error:
            ready.put(_End(error))
        else:
            ready.put(_End())

    thread = threading.Thread(target=pass_on, daemon=True)
    thread.start()
    try:
        while True:
            found = [ready.get()]
            while not ready.empty():
                found.append(ready.get())
            if group := [one for one in found if not isinstance(one, _End)]:
                letters.put(len(group))
                yield group
            if isinstance(found[-1], _End):
                if found[-1].error is not None:
                    raise found[-1].error
                return
    finally:
        letters.put(None)
        thread.join()


def _keep_busy(
    setup: bytes,
    pending: Iterator[Task],
    jobs: int,
    memory_mb: int,
    timeout: float,
    ahead: int,
    size: Callable[[Result], int],
    letters: queue.SimpleQueue[_Letter],
) -> Generator[Done[Task, Result]]:
    """Hand out the tasks and yield what came of them, until all is done or a letter says that it is over."""
    idle: list[_Worker] = []
    busy: dict[_Worker, Task] = {}
    waiting: deque[int] = deque()  # the sizes of the results that the caller has not taken

    def hand_out() -> None:
        for task in itertools.islice(pending, jobs - len(busy) if sum(waiting) <= ahead else 0):
            frame = pickle.dumps(task)
            worker = idle.pop() if idle else _Worker(setup, letters)
            if not worker.send(frame, timeout):  # it died while it was idle, which is not the fault of this task
                worker.stop()
                worker = _Worker(setup, letters)
                worker.send(frame, timeout)
            busy[worker] = task

    try:
        hand_out()
        while busy or waiting:
            late = min(busy, key=lambda worker: worker.deadline, default=None)
            try:
                letter = letters.get(timeout=max(0.0, late.deadline - time.monotonic()) if late else None)
            except queue.Empty:
                assert late is not None
                worker, answer = late, _Answer(Died(f"took longer than {timeout:g} seconds"))
                late.stop()
            else:
                if letter is None:
                    return
                if isinstance(letter, int):
                    for _ in range(letter):
                        waiting.popleft()
                    hand_out()
                    continue
                worker, told = letter
                if worker not in busy:  # the last word of a worker that was stopped already
                    continue
                if told is None:
                    answer = _Answer(Died(worker.last_words(memory_mb)))
                else:
                    answer = told
                    idle.append(worker)
            task = busy.pop(worker)
            if answer.bug:
                error, where = answer.bug
                error.add_note(f"in a worker process, task {task!r}:\n{where}")
                raise error
            waiting.append(1 if isinstance(answer.result, GraphmapError | Died) else max(1, size(answer.result)))
            yield task, answer.result
            hand_out()
    finally:
        for worker in idle:
            worker.dismiss()
        for worker in busy:
            worker.stop()
        for worker in idle:
            worker.stop(patience=5)


# The path is set before anything of ours is imported. -I keeps modules of the current folder, which may be the
# folder with the suppliers' files, out of it.
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from graphmap.workers import _serve; _serve()"


class _Worker:
    """A worker process. What it answers goes to the queue, and ``None`` when it ends."""

    def __init__(self, setup: bytes, letters: queue.SimpleQueue[_Letter]) -> None:
        import subprocess  # here, so that the workers themselves start without them
        import tempfile

        self.deadline = 0.0
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        path = [os.path.abspath(folder) for folder in sys.path]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own words
            [sys.executable, "-I", "-c", _START, json.dumps(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._write(setup)
        self._listener = threading.Thread(target=self._listen, args=(letters,), daemon=True)
        self._listener.start()

    def send(self, frame: bytes, timeout: float) -> bool:
        """Hand over a pickled task; False when the process is gone."""
        self.deadline = time.monotonic() + timeout
        return self._write(frame)

    def dismiss(self) -> None:
        """Ask the process to end by itself, which it does when it has nothing to do."""
        assert self._process.stdin
        with suppress(OSError):
            self._process.stdin.close()

    def stop(self, patience: float = 0) -> None:
        """End the process, whatever it is doing; after ``patience`` seconds at the latest."""
        self._listener.join(patience)
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with suppress(OSError):
                stream.close()  # type: ignore[union-attr]

    def last_words(self, memory_mb: int) -> str:
        """Why the process ended; it is stopped after that."""
        code = self._process.wait()
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 65_536))
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        self.stop()
        if any("memory allocation of" in line for line in said):  # the words of Rust's allocator
            return f"ran out of memory (limit {memory_mb} MiB)"
        if code == -getattr(signal, "SIGKILL", 9):
            return "was killed, perhaps because the machine ran out of memory"
        names = {number.value: number.name for number in signal.Signals}
        ending = f"was ended by {names.get(-code, -code)}" if code < 0 else f"ended with exit code {code}"
        last = "".join(char for char in said[-1] if char.isprintable())[:200] if said else ""
        return f"{ending}: {last}" if last else ending

    def _write(self, frame: bytes) -> bool:
        assert self._process.stdin
        try:
            self._process.stdin.write(frame)
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def _listen(self, letters: queue.SimpleQueue[_Letter]) -> None:
        assert self._process.stdout
        answer: _Answer | None
        while True:
            try:
                answer = pickle.load(self._process.stdout)  # noqa: S301 - our own process wrote it
            except (EOFError, OSError, pickle.UnpicklingError):
                answer = None
            except Exception as error:
                answer = _Answer(None, (error, "its answer could not be read"))
            if answer is None:
                self._process.wait()
            letters.put((self, answer))
            if answer is None:
                return


# --- the side of the worker -----------------------------------------------------------------------------------


def _serve() -> None:
    """Answer tasks until the caller closes the pipe or dies."""
    frames = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever the function prints or asks for must not mix with the frames.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the caller, who ends us
    try:
        function, memory_mb, timeout = pickle.load(frames)  # noqa: S301 - the caller wrote it
        _limit_memory(memory_mb)
    except Exception as error:
        _send(answers, pickle.dumps(_bug(error)))
        return
    limit = f" (limit {memory_mb} MiB)"
    # The caller stops us when we are late. The alarm is for when the caller was killed; not all systems have it.
    alarm = getattr(signal, "alarm", int)
    with suppress(EOFError, BrokenPipeError):  # the caller is gone or has closed the pipe
        while True:
            task = pickle.load(frames)  # noqa: S301 - the caller wrote it
            alarm(int(timeout) + 10)
            try:
                frame = pickle.dumps(_Answer(_attempt(function, task, limit)))
            except MemoryError:  # the result itself is too large
                frame = pickle.dumps(_Answer(Died(f"ran out of memory{limit}")))
            except Exception as error:
                frame = pickle.dumps(_bug(error))
            alarm(0)
            _send(answers, frame)
            del task, frame
            gc.collect()
            gc.freeze()  # what stays, such as tables of countries, is not searched again


def _bug(error: Exception) -> _Answer:
    where = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - some exceptions do not come back
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    return _Answer(None, (error, where))


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(frame)
    stream.flush()


def _limit_memory(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:
        return
    with suppress(ValueError, OSError):  # some systems know the limit but do not let it be set
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, hard))
