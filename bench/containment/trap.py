"""A service full of traps: it starts a process of each kind that is hard to end, and waits.

Usage: trap.py SERVICE FILE

Each process appends a line "SERVICE GENERATION KIND PID START" to FILE: the generation is the pid of the main process, the
start time, from /proc, tells it from a later process with its pid. Each ends by itself after LIFE seconds, but for the
one that is stopped. The main process takes half a second to end when it is asked to, as a server would.
"""
import os
import signal
import sys
import time

SERVICE, FILE = sys.argv[1:]
GENERATION = os.getpid()
LIFE = 100
STORM_LIFE = 20
STAYERS = 100
HOPS = 200
POLITE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR2)


def record(kind):
    """Says that this process is of a kind, in one write."""
    with open("/proc/self/stat") as stat:
        start = stat.read().rsplit(")", 1)[1].split()[19]
    file = os.open(FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(file, f"{SERVICE} {GENERATION} {kind} {os.getpid()} {start}\n".encode())
    os.close(file)


def live(seconds=LIFE):
    """Waits for its end, whatever signals come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(max(0, end - time.monotonic()))
    os._exit(0)


def spawn(body, silent=True):
    """Runs a body in a child that does not come back, its standard streams closed unless it is to hold them."""
    if os.fork() > 0:
        return
    for polite in POLITE:
        signal.signal(polite, signal.SIG_DFL)
    null = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2) if silent else (0, 2):
        os.dup2(null, stream)
    body()
    os._exit(0)


def leave():
    """Goes on as a child with a session of its own, whose parent has ended."""
    if os.fork() > 0:
        os._exit(0)
    os.setsid()


def ignore():
    for polite in POLITE:
        signal.signal(polite, signal.SIG_IGN)


def plain():
    record("plain")
    live()


def setsid():
    os.setsid()
    record("setsid")
    live()


def ignores():
    ignore()
    record("ignores-term")
    live()


def unmarked():
    os.setsid()
    leave()
    record("cleared-env")
    os.execve("/bin/sleep", ["sleep", str(LIFE)], {})


def daemon():
    for _ in range(3):
        leave()
    os.chdir("/")
    record("daemon-thrice")
    live()


def stopped():
    # In a session of its own: else the kernel itself would wake it and hang it up once its parent is gone.
    os.setsid()
    record("stopped")
    os.kill(os.getpid(), signal.SIGSTOP)
    live()


def blocks():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    record("blocks-all")
    live()


def stay():
    """The half of the storm whose processes stay: each forks the next one a moment later."""
    ignore()
    for left in range(STAYERS, 0, -1):
        record("storm")
        time.sleep(0.06)
        if left == 1 or os.fork() > 0:
            live(STORM_LIFE)


def run():
    """The half of the storm that runs away: each forks the next one and ends."""
    ignore()
    for left in range(HOPS, 0, -1):
        record("storm")
        time.sleep(0.04)
        if left == 1:
            live(STORM_LIFE)
        if os.fork() > 0:
            os._exit(0)


def holder():
    record("holds-stdout")
    live()


def end(_signal, _frame):
    time.sleep(0.5)
    os._exit(0)


record("main")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for trap in (plain, setsid, ignores, unmarked, daemon, stopped, blocks, stay, run):
    spawn(trap)
spawn(holder, silent=False)
for asked in POLITE:
    signal.signal(asked, end)
print(SERVICE, "stands", flush=True)
live()
