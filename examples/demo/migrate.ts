/** A one-shot: it does its work and ends. What depends on it starts only if it ends with success. */
for (const step of ["create table users", "create table orders", "add an index"]) {
  console.log(step);
  await new Promise((resolve) => setTimeout(resolve, 200));
}
