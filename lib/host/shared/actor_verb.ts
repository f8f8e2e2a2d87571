/** The hidden verb with which this program runs a module actor in its own place; the actor's path follows it. */
export const ACTOR_VERB = "__actor";
