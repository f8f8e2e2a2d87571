"""A service full of traps: it starts a process of each kind that is hard to end, and waits.

Usage: trap.py SERVICE FILE [KIND...]

Each process appends a line "SERVICE GENERATION KIND PID START" to FILE: the generation is the pid of the main process, the
start time, from /proc, tells it from a later process with its pid. Each ends by itself after LIFE seconds, but for the
one that is stopped. The main process takes half a second to end when it is asked to, as a server would.

Whatever does not become another program holds a lock of the service for as long as it lives. A main process that finds
it taken, which has been started beside an earlier run, appends a line to FILE.twice.
"""
import fcntl
import os
import signal
import sys
import time

SERVICE, FILE, *KINDS = sys.argv[1:]
FILE = os.path.abspath(FILE)
GENERATION = os.getpid()
LIFE = 100
STORM_LIFE = 20
CHAIN_LIFE = 20
LINKS = 20_000
STAYERS = 100
HOPS = 200
POLITE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR2)


def append(path, text):
    """Writes a line in one write."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(file, f"{text}\n".encode())
    os.close(file)


def record(kind):
    """Says that this process is of a kind."""
    with open("/proc/self/stat") as stat:
        start = stat.read().rsplit(")", 1)[1].split()[19]
    append(FILE, f"{SERVICE} {GENERATION} {kind} {os.getpid()} {start}")


def lock():
    """Makes sure that nothing of an earlier run is there."""
    held = os.open(f"{FILE}.{SERVICE}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        append(f"{FILE}.twice", SERVICE)


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


def bare():
    os.setsid()
    record("closes-all")
    os.closerange(0, 65536)
    live()


def stranger():
    record("other-user")
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    ignore()
    live()


def fork():
    """Forks as soon as a limit of processes allows it."""
    end = time.monotonic() + STORM_LIFE
    while time.monotonic() < end:
        try:
            return os.fork()
        except BlockingIOError:
            time.sleep(0.005)
    os._exit(1)


def chain():
    """Forks the next one and dies, as fast as that goes: whoever looks at one looks at a dead one."""
    record("chain")
    ignore()
    end = time.monotonic() + CHAIN_LIFE
    for _ in range(LINKS):
        if time.monotonic() > end or fork() > 0:
            os._exit(0)


def stay():
    """The half of the storm whose processes stay: each forks the next one a moment later."""
    ignore()
    for left in range(STAYERS, 0, -1):
        record("storm")
        time.sleep(0.06)
        if left == 1 or fork() > 0:
            live(STORM_LIFE)


def run():
    """The half of the storm that runs away: each forks the next one and ends."""
    ignore()
    for left in range(HOPS, 0, -1):
        record("storm")
        time.sleep(0.04)
        if left == 1:
            live(STORM_LIFE)
        if fork() > 0:
            os._exit(0)


def holder():
    record("holds-stdout")
    live()


def end(_signal, _frame):
    time.sleep(0.5)
    os._exit(0)


def wait_for(kinds):
    """Waits until all of this run have said what they are."""
    while True:
        with open(FILE) as lines:
            said = {line.split()[2] for line in lines if line.split()[1] == str(GENERATION)}
        if said >= kinds:
            return
        time.sleep(0.001)


ALL = {
    "plain": plain,
    "setsid": setsid,
    "ignores-term": ignores,
    "cleared-env": unmarked,
    "daemon-thrice": daemon,
    "stopped": stopped,
    "blocks-all": blocks,
    "storm-stays": stay,
    "storm-runs": run,
    "holds-stdout": holder,
}
MORE = {"closes-all": bare, "other-user": stranger, "chain": chain}

lock()
record("main")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
traps = ALL if not KINDS else {kind: (ALL | MORE)[kind] for kind in KINDS if kind != "leaves"}
for kind, trap in traps.items():
    spawn(trap, silent=kind != "holds-stdout")
for asked in POLITE:
    signal.signal(asked, end)
if KINDS:
    wait_for({"storm" if kind.startswith("storm-") else kind for kind in traps})
print(SERVICE, "stands", flush=True)
# A parent that dies before all that it has started.
if "leaves" in KINDS:
    os._exit(0)
# In short sleeps, as a signal that comes just before one is met only after it.
for _ in range(LIFE * 10):
    time.sleep(0.1)
