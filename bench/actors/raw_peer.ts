/** The floor: a process that answers over the same kind of socket with nothing in between. Prints a line when it listens. */
import { createServer } from "node:net";
import process from "node:process";
import { writeAll } from "./large.ts";

const [name, mode, count, bytes] = process.argv.slice(2);

createServer((socket) => {
  socket.on("error", () => {});
  if (mode === "echo") socket.on("data", (chunk) => socket.write(chunk));
  else if (mode === "bounce") {
    const block = new Uint8Array(Number(bytes));
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
      if (received % block.length === 0) void writeAll(socket, block);
    });
  } else {
    const block = new Uint8Array(Number(bytes));
    let left = Number(count);
    const fill = () => {
      while (left > 0) {
        left -= 1;
        if (!socket.write(block)) return void socket.once("drain", fill);
      }
      socket.end();
    };
    fill();
  }
}).listen({ path: `\0${name}` }, () => console.log("listening"));
