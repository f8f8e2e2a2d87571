/** Property lists of macOS, in XML. */

/** A value of a list. Whole numbers alone are written. */
export type PlistValue =
  | string
  | number
  | boolean
  | readonly PlistValue[]
  | { readonly [key: string]: PlistValue };

/** The text of a file. @param comment What is said at the top. */
export function writePlist(value: PlistValue, comment: string | null = null): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    ...(comment === null ? [] : [`<!-- ${comment.replaceAll("--", "- -")} -->`]),
    '<plist version="1.0">',
    ...linesOf(value, ""),
    "</plist>",
    "",
  ].join("\n");
}

function linesOf(value: PlistValue, indent: string): readonly string[] {
  if (typeof value === "string") return [`${indent}<string>${escaped(value)}</string>`];
  if (typeof value === "boolean") return [`${indent}<${value}/>`];
  if (typeof value === "number") return [`${indent}<integer>${value}</integer>`];
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    return [
      `${indent}<array>`,
      ...value.flatMap((item: PlistValue) => linesOf(item, deeper)),
      `${indent}</array>`,
    ];
  }
  const entries = Object.entries(value as { readonly [key: string]: PlistValue });
  return [
    `${indent}<dict>`,
    ...entries.flatMap(([key, item]) => [`${deeper}<key>${escaped(key)}</key>`, ...linesOf(item, deeper)]),
    `${indent}</dict>`,
  ];
}

/** XML has no place for control characters. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    "\r",
    "&#13;",
  )
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");
}
