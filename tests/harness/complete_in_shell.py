"""
Types into an interactive shell on a terminal of its own, and reads what the shell makes of it. Arguments: a JSON list of texts,
and the command that starts the shell. The shell says READY when it can be typed into, and prints its line as
LINE<...> and empties it when Ctrl-G is typed. Prints the lines as JSON.
"""
import json
import os
import pty
import re
import sys

texts = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
output = b""


def read_until(pattern):
    global output
    while True:
        found = re.search(pattern, output, re.S)
        if found:
            output = output[found.end():]
            return found
        try:
            data = os.read(terminal, 4096)
        except OSError:
            sys.exit("the shell has ended: " + output.decode(errors="replace"))
        output += data


read_until(rb"READY")
lines = []
for text in texts:
    os.write(terminal, text.encode() + b"\x07")
    lines.append(read_until(rb"LINE<([^\x07]*?)>\r?\n").group(1).decode())
os.write(terminal, b"exit\r")
os.close(terminal)
os.waitpid(pid, 0)
print(json.dumps(lines))
