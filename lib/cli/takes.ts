/** The kind of thing that a word of a command line names, or the value of an option: by this a shell completes it. */
export type Takes =
  /** A file; a folder on the way to one, or that stands for the file in it. */
  | "file"
  /** The name of a tree of this user. */
  | "tree"
  /** An actor, a tree in the tree, or a replica. */
  | "selector"
  /** An actor with replicas, with `=` and a number. */
  | "count"
  /** A function of the actor that the word before names. */
  | "function"
  /** A profile of the file. */
  | "profile"
  /** A program with its arguments, to the end of the line. */
  | "command"
  | "signal"
  /** Something that `help` explains. */
  | "topic"
  /** Nothing that could be listed: a time, a number, a pattern. */
  | "text"
  /** One of a few words. */
  | readonly string[];
