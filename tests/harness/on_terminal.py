"""Runs a command on a terminal of its own, types Ctrl-C when it says READY, and prints what it printed and its exit code."""
import os
import pty
import sys

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
    if b"READY" in output and not typed:
        typed = True
        os.write(terminal, b"\x03")
status = os.waitpid(pid, 0)[1]
print(output.decode())
print("exit", os.waitstatus_to_exitcode(status))
