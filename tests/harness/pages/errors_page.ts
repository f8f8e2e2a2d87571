import { errorGroups, type ErrorTopic } from "../../../lib/cli/help/error_topics.ts";

/** The list of all errors and problems, as Markdown. */
export function errorsPage(): string {
  return errorGroups().map(({ title, errors }) => {
    const sorted = errors.toSorted((a, b) => a.name < b.name ? -1 : 1);
    return `## ${title}\n\n${sorted.map(entry).join("\n\n")}`;
  }).join("\n\n");
}

function entry({ name, severity, cause, cure }: ErrorTopic): string {
  const kind = severity === "warning" ? "A warning. " : "";
  return `### \`${name}\`\n\n${kind}${escaped(cause)}\n\n**Cure:** ${escaped(cure)}`;
}

/** Names of variables have characters that mean emphasis. */
function escaped(text: string): string {
  return text.split("`").map((part, index) => index % 2 === 1 ? part : part.replace(/[*_<[\]]/g, "\\$&"))
    .join("`");
}
