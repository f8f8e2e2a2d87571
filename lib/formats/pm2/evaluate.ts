/**
 * Evaluates the JavaScript of a configuration without running it: what a person would read off it. The code is walked as a
 * tree, and each of its parts either makes plain data or is refused. There is no way from here to a real object, so that
 * nothing in a file can reach the machine: neither files, nor processes, nor the network, nor this program.
 *
 * Variables of the environment stay placeholders where they can, and are decided where the code asks for their value.
 * A value from another module is opaque: it may be passed around, and ends the evaluation only where it has to be known.
 */
import type {
  AssignmentExpression,
  BinaryExpression,
  CallExpression,
  Expression,
  Function as FunctionNode,
  Identifier,
  MemberExpression,
  Node,
  ObjectExpression,
  Pattern,
  Program,
  Property,
  SpreadElement,
  Statement,
  VariableDeclaration,
} from "acorn";
import { quote } from "../../config/wording.ts";
import { envPlaceholder } from "../literal.ts";
import {
  type BuiltinContext,
  globalsOf,
  isTruthy,
  listMethod,
  moduleOf,
  numberOf,
  textMethod,
} from "./builtins.ts";
import {
  EnvText,
  FunctionValue,
  joinTexts,
  ListValue,
  Opaque,
  recordOf,
  RecordValue,
  textOf,
  type Value,
  Variables,
} from "./values.ts";

/** More than any configuration needs. */
const MOST_STEPS = 200_000;
const DEEPEST = 100;
const LONGEST_TEXT = 1_000_000;

/** The facts and the callbacks that an evaluation works with. */
export interface Surroundings {
  readonly source: string;
  /** Absolute folder of the file. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The value of a JSON file beside it; null if there is none. */
  readonly readJson: (path: string) => Value | null;
  /** Told of each place whose outcome depends on the present value of a variable. */
  readonly onDecision: (line: number, names: readonly string[]) => void;
  /** Told of a call that is not made, as it stands there. */
  readonly onSkipped: (line: number, code: string) => void;
}

/** Whether there is something: neither null nor undefined. */
function isThere<T>(value: T): value is NonNullable<T> {
  return value !== null && value !== undefined;
}

/** Code that is not evaluated. */
export class Refusal extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The value that a program exports; undefined if there is none. @throws {Refusal} */
export function evaluateProgram(program: Program, surroundings: Surroundings): Value {
  return new Evaluation(surroundings).exportsOf(program);
}

/** The value of one expression. @throws {Refusal} */
export function evaluateExpression(expression: Expression, surroundings: Surroundings): Value {
  return new Evaluation(surroundings).valueOf(expression);
}

class Scope {
  readonly #values = new Map<string, Value>();
  readonly #outer: Scope | null;

  constructor(outer: Scope | null) {
    this.#outer = outer;
  }

  declare(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  holderOf(name: string): Map<string, Value> | null {
    return this.#values.has(name) ? this.#values : this.#outer?.holderOf(name) ?? null;
  }
}

/** A return, on its way out of the statements around it. */
class Returned {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

class Evaluation {
  readonly #surroundings: Surroundings;
  readonly #globals: ReadonlyMap<string, Value>;
  readonly #builtins: BuiltinContext;
  readonly #module = recordOf({ exports: new RecordValue() });
  #scope = new Scope(null);
  #steps = 0;
  #depth = 0;
  #at: Node | null = null;
  #default: Value;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#builtins = {
      decide: (value) => this.#decided(value),
      refuse: (why) => this.#refuse(this.#at!, why),
      folder: new EnvText("${dir}", surroundings.folder, []),
    };
    this.#globals = globalsOf(this.#builtins);
  }

  exportsOf({ body }: Program): Value {
    for (const node of body) {
      if (node.type === "ImportDeclaration") this.#import(node);
      else if (node.type === "ExportDefaultDeclaration") {
        const { declaration } = node;
        if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
          this.#refuse(node, "a function is exported, and no data");
        }
        this.#default = this.valueOf(declaration as Expression);
      } else if (node.type === "ExportNamedDeclaration" && isThere(node.declaration)) {
        this.#run(node.declaration);
        if (node.declaration.type === "VariableDeclaration") {
          const exported = this.#module.get("exports");
          for (const { id } of node.declaration.declarations) {
            if (id.type === "Identifier" && exported instanceof RecordValue) {
              exported.set(id.name, this.#lookUp(id), this.#line(node));
            }
          }
        }
      } else if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") {
        this.#refuse(node, "this way to export is not known");
      } else this.#run(node);
    }
    return this.#default ?? this.#module.get("exports");
  }

  #import(node: Extract<Program["body"][number], { type: "ImportDeclaration" }>): void {
    const module = this.#required(String(node.source.value));
    for (const specifier of node.specifiers) {
      const value = specifier.type === "ImportSpecifier"
        ? this.#memberOf(
          module,
          specifier.imported.type === "Identifier"
            ? specifier.imported.name
            : String(specifier.imported.value),
          node,
        )
        : module;
      this.#scope.declare(specifier.local.name, value);
    }
  }

  #required(name: string): Value {
    const known = moduleOf(name, this.#builtins);
    if (known !== null) return known;
    if (/^\.{1,2}\/.*\.json$/.test(name)) {
      const json = this.#surroundings.readJson(name);
      if (json !== null) return json;
    }
    return new Opaque(`require(${JSON.stringify(name)})`);
  }

  /** Runs a statement; gives what it returns, if it does. */
  #run(node: Statement): Returned | null {
    this.#step(node);
    switch (node.type) {
      case "EmptyStatement":
        return null;
      case "VariableDeclaration":
        this.#declare(node);
        return null;
      case "FunctionDeclaration":
        this.#scope.declare(node.id!.name, this.#function(node));
        return null;
      case "ExpressionStatement": {
        const value = this.valueOf(node.expression);
        if (node.expression.type === "CallExpression" && value instanceof Opaque) {
          // Its arguments may be secret.
          this.#surroundings.onSkipped(this.#line(node), `${this.#code(node.expression.callee)}()`);
        }
        return null;
      }
      case "ReturnStatement":
        return new Returned(isThere(node.argument) ? this.valueOf(node.argument) : undefined);
      case "BlockStatement":
        return this.#inScope(() => this.#runAll(node.body));
      case "IfStatement":
        if (isTruthy(this.#decided(this.valueOf(node.test)))) return this.#run(node.consequent);
        return isThere(node.alternate) ? this.#run(node.alternate) : null;
      case "ForOfStatement": {
        const list = this.valueOf(node.right);
        if (!(list instanceof ListValue)) {
          return this.#refuse(node, "this loop goes over no list that is known");
        }
        for (const item of [...list.items]) {
          const returned = this.#inScope(() => {
            if (node.left.type === "VariableDeclaration") this.#bind(node.left.declarations[0]!.id, item);
            else this.#bind(node.left, item);
            return this.#run(node.body);
          });
          if (returned !== null) return returned;
        }
        return null;
      }
      case "ForStatement":
        return this.#inScope(() => {
          if (isThere(node.init)) {
            node.init.type === "VariableDeclaration" ? this.#declare(node.init) : this.valueOf(node.init);
          }
          while (!isThere(node.test) || isTruthy(this.#decided(this.valueOf(node.test)))) {
            const returned = this.#run(node.body);
            if (returned !== null) return returned;
            if (isThere(node.update)) this.valueOf(node.update);
          }
          return null;
        });
      default:
        return this.#refuse(node, `${quote(this.#code(node))} is more than a configuration needs`);
    }
  }

  #runAll(body: readonly Statement[]): Returned | null {
    for (const node of body) {
      if (node.type === "FunctionDeclaration") this.#run(node);
    }
    for (const node of body) {
      const returned = node.type === "FunctionDeclaration" ? null : this.#run(node);
      if (returned !== null) return returned;
    }
    return null;
  }

  #inScope<T>(body: () => T): T {
    const outer = this.#scope;
    this.#scope = new Scope(outer);
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  #declare({ declarations }: VariableDeclaration): void {
    for (const { id, init } of declarations) this.#bind(id, isThere(init) ? this.valueOf(init) : undefined);
  }

  #bind(pattern: Pattern, value: Value): void {
    switch (pattern.type) {
      case "Identifier":
        return this.#scope.declare(pattern.name, value);
      case "AssignmentPattern":
        return this.#bind(
          pattern.left,
          value instanceof EnvText && value.now === undefined
            ? this.#either(value, () => this.valueOf(pattern.right))
            : value === undefined
            ? this.valueOf(pattern.right)
            : value,
        );
      case "ObjectPattern": {
        const taken = new Set<string>();
        for (const property of pattern.properties) {
          if (property.type === "RestElement") {
            const rest = new RecordValue();
            if (value instanceof RecordValue) {
              for (const [name, member] of value.members) {
                if (!taken.has(name)) rest.members.set(name, member);
              }
            }
            this.#bind(property.argument, value instanceof RecordValue ? rest : value);
          } else {
            const name = this.#nameOf(property);
            taken.add(name);
            this.#bind(property.value, this.#memberOf(value, name, property));
          }
        }
        return;
      }
      case "ArrayPattern":
        pattern.elements.forEach((element, index) => {
          if (element === null) return;
          if (value instanceof Opaque) this.#bind(element, value);
          else if (value instanceof ListValue) this.#bind(element, value.items[index]);
          else this.#refuse(pattern, "this is taken apart, and is no list");
        });
        return;
      default:
        return this.#refuse(pattern, "this way to take a value apart is not known");
    }
  }

  valueOf(node: Expression): Value {
    this.#step(node);
    switch (node.type) {
      case "Literal":
        if (node.regex !== undefined && node.regex !== null) return new Opaque(this.#code(node));
        return typeof node.value === "bigint" ? Number(node.value) : node.value as Value;
      case "TemplateLiteral":
        return this.#template(
          node.quasis.map(({ value }) => value.cooked ?? ""),
          node.expressions.map((part) => this.valueOf(part)),
          node,
        );
      case "Identifier":
        return this.#lookUp(node);
      case "ObjectExpression":
        return this.#record(node);
      case "ArrayExpression":
        return new ListValue(node.elements.flatMap((element) => this.#items(element)));
      case "ArrowFunctionExpression":
      case "FunctionExpression":
        return this.#function(node);
      case "ParenthesizedExpression":
        return this.valueOf(node.expression);
      case "ConditionalExpression":
        return this.valueOf(
          isTruthy(this.#decided(this.valueOf(node.test))) ? node.consequent : node.alternate,
        );
      case "LogicalExpression": {
        const left = this.valueOf(node.left);
        if (node.operator === "||") return this.#either(left, () => this.valueOf(node.right));
        if (node.operator === "??") {
          if (left instanceof EnvText) return this.#either(left, () => this.valueOf(node.right));
          return left === undefined || left === null ? this.valueOf(node.right) : left;
        }
        return isTruthy(this.#decided(left))
          ? this.valueOf(node.right)
          : left instanceof EnvText
          ? left.now
          : left;
      }
      case "BinaryExpression":
        return this.#binary(node);
      case "UnaryExpression":
        return this.#unary(node.operator, this.valueOf(node.argument), node);
      case "UpdateExpression": {
        if (node.argument.type !== "Identifier") {
          return this.#refuse(node, "this is more than a configuration needs");
        }
        const before = numberOf(this.#decided(this.valueOf(node.argument)));
        const after = node.operator === "++" ? before + 1 : before - 1;
        this.#assign(node.argument, after);
        return node.prefix ? after : before;
      }
      case "AssignmentExpression":
        return this.#assignment(node);
      case "SequenceExpression":
        return node.expressions.map((part) => this.valueOf(part)).at(-1);
      case "MemberExpression":
        return this.#member(node);
      case "ChainExpression":
        return this.valueOf(node.expression);
      case "CallExpression":
        return this.#call(node);
      case "NewExpression":
        return new Opaque(this.#code(node));
      default:
        return this.#refuse(node, `${quote(this.#code(node))} is more than a configuration needs`);
    }
  }

  #items(element: Expression | SpreadElement | null): Value[] {
    if (element === null) return [undefined];
    if (element.type !== "SpreadElement") return [this.valueOf(element)];
    const list = this.valueOf(element.argument);
    if (list instanceof ListValue) return list.items;
    return this.#refuse(element, "what is spread here is no list that is known");
  }

  #record({ properties }: ObjectExpression): RecordValue {
    const record = new RecordValue();
    for (const property of properties) {
      if (property.type === "SpreadElement") {
        const spread = this.valueOf(property.argument);
        if (spread instanceof RecordValue) {
          for (const [name, member] of spread.members) record.members.set(name, member);
        } else if (spread instanceof Opaque) {
          this.#surroundings.onSkipped(this.#line(property), this.#code(property));
        } else if (
          !(spread instanceof Variables) && spread !== undefined && spread !== null && spread !== false
        ) {
          this.#refuse(property, "what is spread here is no object that is known");
        }
      } else if (property.kind !== "init") {
        this.#refuse(property, "an object computes a value when it is read");
      } else {record.set(
          this.#nameOf(property),
          this.valueOf(property.value as Expression),
          this.#line(property),
        );}
    }
    return record;
  }

  #nameOf({ key, computed }: Pick<Property, "key" | "computed">): string {
    if (computed) return String(this.#decided(this.valueOf(key as Expression)));
    return key.type === "Identifier"
      ? key.name
      : key.type === "Literal"
      ? String(key.value)
      : this.#refuse(key, "this name is not known");
  }

  #function(node: FunctionNode | Extract<Expression, { type: "ArrowFunctionExpression" }>): FunctionValue {
    if (node.async || node.generator) {
      return this.#refuse(node, "a function that waits, or gives values one by one, is not called");
    }
    const home = this.#scope;
    return new FunctionValue((args) => {
      if (this.#depth >= DEEPEST) this.#refuse(node, "functions call each other without an end");
      const outer = this.#scope;
      this.#depth += 1;
      this.#scope = new Scope(home);
      try {
        node.params.forEach((parameter, index) =>
          parameter.type === "RestElement"
            ? this.#bind(parameter.argument, new ListValue(args.slice(index)))
            : this.#bind(parameter, args[index])
        );
        if (node.body.type !== "BlockStatement") return this.valueOf(node.body);
        return this.#runAll(node.body.body)?.value;
      } finally {
        this.#scope = outer;
        this.#depth -= 1;
      }
    });
  }

  #lookUp(node: Identifier): Value {
    const { name } = node;
    const holder = this.#scope.holderOf(name);
    if (holder !== null) return holder.get(name);
    if (name === "module") return this.#module;
    if (name === "exports") return this.#module.get("exports");
    if (name === "require") {
      return new FunctionValue(([wanted]) => this.#required(String(this.#decided(wanted))));
    }
    if (name === "__filename") return this.#refuse(node, "__filename is not known here: write the path");
    if (this.#globals.has(name)) return this.#globals.get(name);
    if (/^(?:console|os|fs|globalThis|global|Date|JSON|Buffer|Set|Map)$/.test(name)) {
      return new Opaque(name);
    }
    return this.#refuse(node, `${quote(name)} is not known`);
  }

  #member(node: MemberExpression): Value {
    if (node.object.type === "Super" || node.property.type === "PrivateIdentifier") {
      return this.#refuse(node, "this is more than a configuration needs");
    }
    const object = this.valueOf(node.object);
    if (node.optional && (object === undefined || object === null)) return undefined;
    const name = node.computed
      ? String(this.#decided(this.valueOf(node.property as Expression)))
      : (node.property as Identifier).name;
    return this.#memberOf(object, name, node);
  }

  #memberOf(object: Value, name: string, node: Node): Value {
    if (object instanceof Opaque) return new Opaque(`${object.origin}.${name}`);
    if (object instanceof Variables) return this.#variable(name);
    if (object instanceof RecordValue) return object.get(name);
    if (object instanceof ListValue) {
      if (name === "length") return object.items.length;
      return /^\d+$/.test(name)
        ? object.items[Number(name)]
        : listMethod(object, name, this.#builtins) ?? undefined;
    }
    const text = this.#decided(object);
    if (typeof text === "string") {
      if (name === "length") return text.length;
      return /^\d+$/.test(name) ? text[Number(name)] : textMethod(text, name, this.#builtins) ?? undefined;
    }
    if ((typeof text === "number" || typeof text === "boolean") && name === "toString") {
      return new FunctionValue(() => String(text));
    }
    return this.#refuse(node, `${quote(this.#code(node))} asks for a part of what has none`);
  }

  #variable(name: string): Value {
    const { environment } = this.#surroundings;
    const now = Object.hasOwn(environment, name) ? environment[name] : undefined;
    return /^[A-Za-z_]\w*$/.test(name) ? new EnvText(envPlaceholder(name), now, [name]) : now;
  }

  #call(node: CallExpression): Value {
    if (node.callee.type === "Super") return this.#refuse(node, "this is more than a configuration needs");
    const callee = this.valueOf(node.callee);
    if (node.optional && (callee === undefined || callee === null)) return undefined;
    if (callee instanceof Opaque) return new Opaque(`${callee.origin}()`);
    const args = node.arguments.flatMap((argument) => this.#items(argument));
    this.#at = node;
    if (callee instanceof FunctionValue) return callee.call(args);
    return this.#refuse(node, `${quote(this.#code(node.callee))} is no function that is known`);
  }

  #assignment(node: AssignmentExpression): Value {
    const right = () => this.valueOf(node.right);
    const left = () => this.valueOf(node.left as Expression);
    const value = node.operator === "="
      ? right()
      : node.operator === "+="
      ? this.#sum(left(), right(), node)
      : node.operator === "||=" || node.operator === "??="
      ? this.#either(left(), right)
      : this.#refuse(node, "this way to assign is not known");
    this.#assign(node.left, value);
    return value;
  }

  #assign(target: Pattern, value: Value): void {
    if (target.type === "Identifier") {
      const holder = this.#scope.holderOf(target.name);
      if (holder === null) this.#refuse(target, `${quote(target.name)} is not declared`);
      else holder.set(target.name, value);
      return;
    }
    if (target.type !== "MemberExpression") return this.#refuse(target, "this way to assign is not known");
    const object = this.valueOf(target.object as Expression);
    if (object instanceof Variables || object instanceof Opaque) {
      this.#surroundings.onSkipped(this.#line(target), this.#code(target));
    } else if (object instanceof RecordValue) {
      object.set(
        this.#nameOf({ key: target.property as Expression, computed: target.computed }),
        value,
        this.#line(target),
      );
    } else this.#refuse(target, "a part is set of what has none");
  }

  /** `left || right`: a variable keeps its default for later, if that is a text which can stand in a placeholder. */
  #either(left: Value, right: () => Value): Value {
    if (!(left instanceof EnvText)) return left instanceof Opaque || isTruthy(left) ? left : right();
    const other = right();
    const text = textOf(other);
    const [, name] = /^\$\{env:(\w+)\}$/.exec(left.text) ?? [];
    const written = text === null ? null : typeof text === "string" ? text : text.text;
    const isPlain = written !== null && (text instanceof EnvText || !/[{}$]/.test(written));
    const now = left.now === undefined || left.now === ""
      ? (text instanceof EnvText ? text.now : text ?? undefined)
      : left.now;
    if (name !== undefined && isPlain) {
      return new EnvText(envPlaceholder(name, written), now, [
        ...left.names,
        ...(text instanceof EnvText ? text.names : []),
      ]);
    }
    const decided = this.#decided(left);
    return isTruthy(decided) ? decided : other;
  }

  #binary(node: BinaryExpression): Value {
    if (node.left.type === "PrivateIdentifier") {
      return this.#refuse(node, "this is more than a configuration needs");
    }
    const [left, right] = [this.valueOf(node.left), this.valueOf(node.right)];
    if (left instanceof Opaque || right instanceof Opaque) return left instanceof Opaque ? left : right;
    if (node.operator === "+") return this.#sum(left, right, node);
    const [one, other] = [this.#decided(left), this.#decided(right)];
    switch (node.operator) {
      case "===":
        return one === other;
      case "!==":
        return one !== other;
      case "==":
        return one === other || (isScalar(one) && isScalar(other) && String(one) === String(other)) ||
          (!isThere(one) && !isThere(other));
      case "!=":
        return !(one === other || (isScalar(one) && isScalar(other) && String(one) === String(other)) ||
          (!isThere(one) && !isThere(other)));
      case "in":
        return other instanceof RecordValue && other.members.has(String(one));
    }
    const [x, y] = [numberOf(one), numberOf(other)];
    switch (node.operator) {
      case "-":
        return x - y;
      case "*":
        return x * y;
      case "/":
        return x / y;
      case "%":
        return x % y;
      case "**":
        return x ** y;
      case "<":
        return x < y;
      case "<=":
        return x <= y;
      case ">":
        return x > y;
      case ">=":
        return x >= y;
      default:
        return this.#refuse(node, `the operator ${node.operator} is more than a configuration needs`);
    }
  }

  #sum(left: Value, right: Value, node: Node): Value {
    if (left instanceof Opaque || right instanceof Opaque) return left instanceof Opaque ? left : right;
    if (typeof left === "number" && typeof right === "number") return left + right;
    return this.#template(["", "", ""], [left, right], node);
  }

  #template(texts: readonly string[], values: readonly Value[], node: Node): Value {
    const opaque = values.find((value) => value instanceof Opaque);
    if (opaque !== undefined) return opaque;
    const parts = values.map((value) =>
      textOf(value) ??
        (value === undefined || value === null
          ? String(value)
          : this.#refuse(node, "a text has a part that is none"))
    );
    const joined = joinTexts(
      texts.flatMap((text, index) => index < parts.length ? [text, parts[index]!] : [text]),
    );
    const { length } = typeof joined === "string" ? joined : joined.text;
    return length > LONGEST_TEXT ? this.#refuse(node, "a text grows without an end") : joined;
  }

  #unary(operator: string, value: Value, node: Node): Value {
    switch (operator) {
      case "!":
        return !isTruthy(this.#decided(value));
      case "-":
        return value instanceof Opaque ? value : -numberOf(this.#decided(value));
      case "+":
        return value instanceof Opaque ? value : numberOf(this.#decided(value));
      case "void":
        return undefined;
      case "typeof": {
        const decided = this.#decided(value);
        return decided instanceof FunctionValue ? "function" : decided === null ? "object" : typeof decided;
      }
      default:
        return this.#refuse(node, `${operator} is more than a configuration needs`);
    }
  }

  /** The present value, where one has to be known. */
  #decided(value: Value): Value {
    if (value instanceof EnvText) {
      if (value.names.length > 0) this.#surroundings.onDecision(this.#line(this.#at!), value.names);
      return value.now;
    }
    if (value instanceof Opaque) {
      return this.#refuse(
        this.#at!,
        `${value.origin} would have to be known, and nothing of the machine is looked at`,
      );
    }
    return value;
  }

  #step(node: Node): void {
    this.#at = node;
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) this.#refuse(node, "the code does not come to an end");
  }

  #line(node: Node): number {
    return this.#surroundings.source.slice(0, node.start).split("\n").length;
  }

  #code(node: Node): string {
    return this.#surroundings.source.slice(node.start, node.end).replace(/\s+/g, " ");
  }

  #refuse(node: Node, why: string): never {
    throw new Refusal(this.#line(node), why);
  }
}

function isScalar(value: Value): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
