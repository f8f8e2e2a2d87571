/** A significant one-shot: the tree ends with it, well if it succeeds. */
import process from "node:process";

const url = `http://127.0.0.1:${process.env["PORT"]}/`;

for (let check = 1; check <= 6; check++) {
  const response = await fetch(url);
  const text = (await response.text()).trim();
  if (!response.ok || text !== "hello from web") {
    throw new Error(`${url} answered ${response.status}: ${text}`);
  }
  console.log(`check ${check} of 6: ${text}`);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}
console.log("all is well");
