/** The failures of a call, as errors that people can act on. */
import { ContextCancelled, NotExposed, RemoteActorError, TransportClosed } from "../actor/errors.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { actorErrorOf } from "../engine/run/actor_error.ts";
import { errorLines } from "./render/actor_error.ts";
import { printable } from "./render/printable.ts";

/** The error of a call; what is none of those that a call can end with stays what it is. */
export function callError(error: unknown): unknown {
  if (error instanceof RemoteActorError) return remoteError(error);
  if (error instanceof NotExposed) return unknownFunction(error.message);
  if (error instanceof ContextCancelled) return new UserError("call/cancelled", error.message);
  if (error instanceof TransportClosed) {
    return new UserError("call/lost", error.message, {
      hint: "what was called may have been done, in part or as a whole; `supervise status` shows the actor",
    });
  }
  return error;
}

function remoteError(error: RemoteActorError): UserError {
  if (error.type === "NotExposed") return unknownFunction(error.original.message);
  if (
    error.type === "TypeError" && /^".*" is a \w+, and was started as a \w+$/.test(error.original.message)
  ) {
    return wrongStyle(error.original.message);
  }
  const { type, message, stack, path, cause, errors } = actorErrorOf(error.box);
  const hops = path.map((hop) => `"${hop}"`).join(", then ");
  const lines = [...errorLines({ type, message, stack, path, cause, errors }), `    in actor ${hops}`];
  return new UserError("call/failed", lines.map(printable).join("\n"), {
    details: { type, message, stack, path, cause, errors },
  });
}

function unknownFunction(message: string): UserError {
  const [what, ...hints] = message.split(/, (?=did you mean )|; (?=it has )/);
  return new UserError("call/unknown-function", what!, {
    exitCode: ExitCode.noSuchTarget,
    ...(hints.length === 0 ? {} : { hint: hints.join(", ") }),
  });
}

function wrongStyle(message: string): UserError {
  const hint = message.includes(" is a stream,")
    ? "--stream follows it"
    : message.includes(" is a context,")
    ? "a context has two sides: it is opened by code, with openContext"
    : "leave out --stream";
  return new UserError("call/wrong-style", message, { exitCode: ExitCode.usage, hint });
}
