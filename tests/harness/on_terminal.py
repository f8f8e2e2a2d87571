"""
Runs a command on a terminal of its own, types when it says READY, and prints what it printed and its exit code. AT is said
instead of READY, and TYPED is typed instead of Ctrl-C, where the environment has them.
"""
import os
import pty
import sys

ready = os.environ.pop("AT", "READY").encode()
keys = os.environ.pop("TYPED", "\x03").encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
output = b""
typed = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    output += data
    if ready in output and not typed:
        typed = True
        os.write(terminal, keys)
status = os.waitpid(pid, 0)[1]
print(output.decode())
print("exit", os.waitstatus_to_exitcode(status))
