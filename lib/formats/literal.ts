/** Text of other tools in our language. */

const PLACEHOLDER = /\$\{(?=env:|dir\}|supervise\}|replica\})/g;

/** `text` so that it stands for itself: nothing in it is taken for a placeholder of ours. */
export function literal(text: string): string {
  return text.replace(PLACEHOLDER, () => "$${");
}

/** A placeholder for a variable of the environment of supervise, with what stands for one that is not set. */
export function envPlaceholder(name: string, byDefault: string | null = null): string {
  return byDefault === null ? `\${env:${name}}` : `\${env:${name}:-${byDefault}}`;
}
