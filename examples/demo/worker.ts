/** A daemon with a fault: every few jobs it crashes. Its supervisor restarts it, a little later each time. */
import process from "node:process";

for (let job = 1; job <= 3; job++) {
  console.log(`job ${job}`);
  await new Promise((resolve) => setTimeout(resolve, 400));
}
console.error("lost my way between two jobs");
process.exit(1);
