"""
Types into a shell on a terminal of its own. Arguments: what to wait for in its output and what to type then, in turns, with
escapes; prints what came, and the exit code of the shell.
"""
import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.environ["PS1"] = ""
    os.execvp("bash", ["bash", "--norc", "--noediting", "-i"])
turns = list(zip(sys.argv[1::2], sys.argv[2::2]))
output = b""
seen = 0
while True:
    if turns and turns[0][0].encode() in output[seen:]:
        seen = len(output)
        os.write(terminal, turns.pop(0)[1].encode().decode("unicode_escape").encode())
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    output += data
status = os.waitpid(pid, 0)[1]
print(output.decode())
print("exit", os.waitstatus_to_exitcode(status))
