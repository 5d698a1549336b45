"""Tasks in processes that may die: what comes back, what is left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphmap import workers
from graphmap.errors import FileRejected, GraphmapError
from graphmap.workers import Died


class StubbornError(Exception):
    """An exception that cannot be made again from what it was pickled as."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def work(task: object) -> object:
    """What the tests let the workers do; the workers import it from here."""
    match task:
        case "exit":
            os._exit(3)
        case "abort":
            os.abort()
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(600)
        case "memory":
            return len(bytearray(2 << 30))
        case "reject":
            raise FileRejected("a.xlsx: is empty.", "Ask for it again.")
        case "bug":
            return {}["no such key"]
        case "stubborn":
            raise StubbornError("this", "that")
        case "unpicklable":
            return lambda: None
        case "pid":
            return os.getpid()
        case "print":
            print("spilled by a worker", flush=True)
            os.write(1, b"and below the surface of Python\n")
            return sys.stdin.read()
        case ("pid to", path):
            Path(path + ".new").write_text(str(os.getpid()))
            Path(path + ".new").rename(path)
            return None
    return f"{task} done"


def run(*given: Any, **how: Any) -> Iterator[tuple[Any, Any]]:
    """``workers.run``, one result after the other."""
    with closing(workers.run(*given, **how)) as groups:
        for group in groups:
            yield from group


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_every_task_comes_back_with_its_result(jobs: int) -> None:
    tasks = [f"task {number}" for number in range(7)]
    assert dict(run(work, tasks, jobs=jobs)) == {task: f"{task} done" for task in tasks}


@pytest.mark.parametrize("jobs", [0, 2])
def test_an_error_that_the_user_can_act_on_is_a_result(jobs: int) -> None:
    results = dict(run(work, ["a", "reject", "b"], jobs=jobs))
    error = results.pop("reject")
    assert isinstance(error, GraphmapError)
    assert (error.message, error.cure) == ("a.xlsx: is empty.", "Ask for it again.")
    assert results == {"a": "a done", "b": "b done"}


def test_a_worker_that_dies_takes_only_its_own_task_with_it() -> None:
    tasks = ["a", "exit", "b", "abort", "c", "kill", "d", "memory", "e"]
    results = dict(run(work, tasks, jobs=2, memory_mb=500))
    assert {task: result.reason for task, result in results.items() if isinstance(result, Died)} == {
        "exit": "ended with exit code 3",
        "abort": "was ended by SIGABRT",
        "kill": "was killed, perhaps because the machine ran out of memory",
        "memory": "ran out of memory (limit 500 MiB)",
    }
    assert [results[task] for task in "abcde"] == [f"{task} done" for task in "abcde"]


def test_a_worker_that_hangs_is_replaced() -> None:
    results = dict(run(time.sleep, [0, 600, 0.1, 0.2], jobs=2, timeout=5))
    assert results == {0: None, 600: Died("took longer than 5 seconds"), 0.1: None, 0.2: None}


def test_a_worker_that_died_while_it_was_idle_costs_no_task(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def tasks():
        yield ("pid to", str(note))
        # Asked for when the first task is done: its worker waits for this one.
        pid = int(note.read_text())
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)
        yield "next"

    assert [result for _, result in run(work, tasks(), jobs=1)] == [None, "next done"]


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_bug_is_raised_here(jobs: int) -> None:
    with pytest.raises(KeyError, match="no such key") as raised:
        list(run(work, ["a", "bug", "b"], jobs=jobs))
    if jobs:
        assert "in a worker process, task 'bug'" in raised.value.__notes__[0]
        assert 'return {}["no such key"]' in raised.value.__notes__[0], "the traceback shows where"


def test_a_bug_that_cannot_travel_is_told_in_words() -> None:
    with pytest.raises(RuntimeError, match="StubbornError: this and that"):
        list(run(work, ["stubborn"], jobs=1))
    with pytest.raises(Exception, match="lambda"):
        list(run(work, ["unpicklable"], jobs=1))


def test_what_a_worker_prints_stays_out_of_our_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(run(work, ["print", "a"], jobs=1)) == [("print", ""), ("a", "a done")]
    assert capfd.readouterr() == ("", "")


def test_tasks_are_taken_when_they_are_needed() -> None:
    taken = 0

    def tasks():
        nonlocal taken
        for taken in range(1, 100):
            yield f"task {taken}"

    for yielded, _ in enumerate(run(work, tasks(), jobs=2), 1):
        assert taken < yielded + 2 * 2
    assert yielded == 99


def test_workers_go_on_while_the_caller_is_busy() -> None:
    taken = 0

    def tasks():
        nonlocal taken
        for taken in range(1, 41):
            yield f"task {taken}"

    groups = workers.run(work, tasks(), jobs=2, ahead=9, size=lambda result: 2)
    found = next(groups)
    deadline = time.monotonic() + 30
    while taken < len(found) + 5 and time.monotonic() < deadline:  # five results of two are more than nine
        time.sleep(0.01)
    time.sleep(0.5)
    assert len(found) + 5 <= taken <= len(found) + 6, "one more was begun before the fifth was there"
    found += next(groups)
    assert len(found) >= 5
    for group in groups:
        found += group
    assert sorted(found) == sorted((f"task {i}", f"task {i} done") for i in range(1, 41))


def test_a_bug_in_the_tasks_is_raised_after_what_was_done() -> None:
    def tasks():
        yield "a"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(run(work, tasks(), jobs=1))


def test_closing_ends_all_workers() -> None:
    running = run(work, ["pid", "pid", "hang", "hang"], jobs=2)
    pids = {next(running)[1], next(running)[1]}
    assert all(is_alive(pid) for pid in pids)
    start = time.monotonic()
    running.close()
    assert not any(is_alive(pid) for pid in pids)
    assert time.monotonic() - start < 5


def test_no_function_that_workers_cannot_import() -> None:
    with pytest.raises(Exception, match="lambda"):
        list(run(lambda task: task, ["a"], jobs=1))
    main_function = type(work)(work.__code__, {"__name__": "__main__"}, "work")
    with pytest.raises(ValueError, match="not in the main script"):
        list(run(main_function, ["a"], jobs=1))
    with pytest.raises(ValueError, match="jobs must be 0 or more"):
        list(run(work, ["a"], jobs=-1))


SCRIPT = """
import signal; signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell ignores it
import sys
sys.path[:0] = {path!r}
from test_workers import run, work
for task, result in run(work, {tasks!r}, jobs=2):
    print(task, result, flush=True)
"""


def script(folder: Path, tasks: list[object]) -> list[str]:
    file = folder / "script.py"
    path = [str(Path(__file__).parent), *(entry for entry in sys.path if entry.endswith("site-packages"))]
    file.write_text(textwrap.dedent(SCRIPT).format(path=path, tasks=tasks))
    return [sys.executable, str(file)]


def test_a_script_without_a_main_guard_runs_once(tmp_path: Path) -> None:
    # The current folder may hold anything; no module is taken from it.
    hostile = tmp_path / "from suppliers"
    hostile.mkdir()
    for module in ("json", "pickle", "random", "graphmap"):
        (hostile / f"{module}.py").write_text("raise SystemExit('code from the current folder')")
    done = subprocess.run(script(tmp_path, ["a", "b"]), cwd=hostile, capture_output=True, text=True, timeout=60)
    assert (sorted(done.stdout.splitlines()), done.stderr) == (["a a done", "b b done"], "")


def test_ctrl_c_leaves_no_worker_behind(tmp_path: Path) -> None:
    notes = [tmp_path / "1", tmp_path / "2"]
    tasks: list[object] = [*(("pid to", str(note)) for note in notes), "a", "hang", "hang"]
    process = subprocess.Popen(
        script(tmp_path, tasks), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout
    for _ in range(3):
        process.stdout.readline()
    assert all(note.is_file() for note in notes)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes
    _, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert errors.count("Traceback") == 1, "the workers are silent"
    assert not any(is_alive(int(note.read_text())) for note in notes)


def test_workers_end_when_the_caller_is_killed(tmp_path: Path) -> None:
    notes = [tmp_path / "1", tmp_path / "2"]
    tasks = [*(("pid to", str(note)) for note in notes), *["a"] * 1000]
    process = subprocess.Popen(script(tmp_path, tasks), stdout=subprocess.PIPE)
    line = b"not yet"
    while line and not all(note.is_file() for note in notes):
        line = process.stdout.readline()
    process.kill()
    process.communicate(timeout=30)
    deadline = time.monotonic() + 30
    while any(is_alive(int(note.read_text())) for note in notes) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(is_alive(int(note.read_text())) for note in notes)


def test_importing_it_is_light() -> None:
    code = "import sys, graphmap.workers; print(sorted({'numpy', 'subprocess', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
