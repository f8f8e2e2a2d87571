/** A Python application: the server of its framework, and the module that has the application. */
import { draftTree } from "../draft.ts";
import type { Detector, ProjectFolder } from "./proposal.ts";
import { addServer } from "./server.ts";
import { namesAt, readToml } from "./toml_file.ts";

const MANIFESTS = ["pyproject.toml", "requirements.txt", "Pipfile", "setup.py", "manage.py"];
const SOURCES = ["", "src", "app", "api", "backend", "server"];
const MAIN = ["main.py", "app.py", "server.py"];

/** Where an application is made, and the name that it has. */
const ASGI = /^(\w+)\s*(?::[^=\n]+)?=\s*(?:FastAPI|Starlette|Litestar)\(/m;
const FLASK = /\bFlask\(/;
const CELERY = /^(\w+)\s*(?::[^=\n]+)?=\s*Celery\(/m;

const ASGI_PORT = 8_000;
const FLASK_PORT = 5_000;

/** A file of code. */
interface Module {
  /** As Python imports it. */
  readonly name: string;
  readonly text: string;
}

/** See the module. */
export const python: Detector = (folder) => {
  const file = MANIFESTS.find((name) => folder.has(name));
  if (file === undefined) return null;
  const draft = draftTree();
  const modules = modulesOf(folder);
  const add = (
    name: string,
    [program, ...args]: readonly [string, ...string[]],
    why: string,
    port?: number,
  ) =>
    addServer(draft, {
      name,
      argv: [...runnerOf(folder, program), ...args],
      why,
      ...(port === undefined ? {} : { port }),
    });
  const asgi = modules.find(({ text }) => ASGI.test(text));
  const flask = modules.find(({ text }) => FLASK.test(text));
  const celery = modules.find(({ text }) => CELERY.test(text));
  if (folder.has("manage.py")) {
    const address = `127.0.0.1:${ASGI_PORT}`;
    add("web", ["python", "manage.py", "runserver", address], "The server of Django.", ASGI_PORT);
  } else if (asgi !== undefined) {
    const application = `${asgi.name}:${ASGI.exec(asgi.text)![1]}`;
    const args = [application, ...appDir(folder, asgi), "--port", String(ASGI_PORT)];
    add("web", ["uvicorn", ...args], `The application ${application}.`, ASGI_PORT);
  } else if (flask !== undefined) {
    const args = ["--app", flask.name, "run", "--port", String(FLASK_PORT)];
    add("web", ["flask", ...args], `The application in ${flask.name}.`, FLASK_PORT);
  }
  if (celery !== undefined) {
    add("worker", ["celery", "-A", celery.name, "worker"], `The tasks of Celery in ${celery.name}.`);
  }
  if (draft.actors.length === 0) addProgram(folder, add);
  if (draft.actors.length === 0) return { file, why: "it is not known what of it serves" };
  return { file, title: "a Python application", draft, findings: [] };
};

/** One that has no framework: what it installs, or its main file. */
function addProgram(
  folder: ProjectFolder,
  add: (name: string, argv: readonly [string, ...string[]], why: string) => void,
): void {
  const manifest = readToml("pyproject.toml", folder.text("pyproject.toml") ?? "");
  const [script] = manifest === null ? [] : namesAt(manifest, "project", "scripts");
  const main = MAIN.find((name) => folder.has(name));
  if (script !== undefined) add(script, [script], "The program that pyproject.toml installs.");
  else if (main !== undefined) add("app", ["python", main], `The program ${main}.`);
}

/** The words that run a program in the environment of this project. */
function runnerOf(folder: ProjectFolder, program: string): readonly string[] {
  if (folder.has("uv.lock")) return ["uv", "run", program];
  if (folder.has("poetry.lock")) return ["poetry", "run", program];
  if (folder.has("Pipfile.lock")) return ["pipenv", "run", program];
  for (const environment of [".venv", "venv"]) {
    // A program that is missing there is missing in the environment, and no other one is meant.
    if (folder.has(`${environment}/bin`)) return [`${environment}/bin/${program}`];
  }
  return [program === "python" ? "python3" : program];
}

/** The code that may have the application: that of the project's own folder, and one deeper. */
function modulesOf(folder: ProjectFolder): readonly Module[] {
  const folders = [
    ...new Set([...SOURCES, ...folder.folders(), ...folder.folders("src").map((name) => `src/${name}`)]),
  ];
  return folders.flatMap((path) =>
    folder.files(path).filter((name) => name.endsWith(".py")).map((name) => {
      const file = path === "" ? name : `${path}/${name}`;
      return { name: moduleName(file), text: folder.text(file) ?? "" };
    })
  );
}

function moduleName(file: string): string {
  return file.replace(/^src\//, "").replace(/(?:\/__init__)?\.py$/, "").replaceAll("/", ".");
}

/** Code in src is found from there. */
function appDir(folder: ProjectFolder, { name }: Module): readonly string[] {
  const path = name.replaceAll(".", "/");
  const isInSrc = !folder.has(`${path}.py`) && !folder.has(`${path}/__init__.py`);
  return isInSrc ? ["--app-dir", "src"] : [];
}
