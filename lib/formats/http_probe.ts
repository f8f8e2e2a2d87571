/** Checks by curl and wget that do no more than a probe by HTTP does. */

/** Options of theirs that only say how to ask, or what to print. */
const PLAIN_OPTION =
  /^(?:-[fsSLkqIi]+|--(?:fail|silent|show-error|location|head|include|quiet|no-verbose|spider|insecure|no-check-certificate)|-nv|-O-|-qO-|-O\/dev\/null|-qO\/dev\/null|--output-document=(?:-|\/dev\/null)|--tries=\d+|--timeout=\d+|--max-time=\d+)$/;

/** Options whose value is the next word, and says nothing that matters. */
const OPTION_WITH_VALUE =
  /^(?:-o|-qO|-O|--output|--output-document|-t|-T|--tries|--timeout|-m|--max-time|--connect-timeout|--retry)$/;

/** The URL that a command asks for; null if it does anything else. */
export function httpAsked(words: readonly string[]): string | null {
  const [program = "", ...rest] = words;
  if (!/(?:^|\/)(?:curl|wget)$/.test(program)) return null;
  let url: string | null = null;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!;
    if (OPTION_WITH_VALUE.test(word)) at++;
    else if (!PLAIN_OPTION.test(word)) {
      if (url !== null || word.startsWith("-")) return null;
      url = word.replace(/^(["'])(.*)\1$/, "$2");
    }
  }
  if (url === null) return null;
  const whole = /^https?:\/\//.test(url) ? url : `http://${url}`;
  // A variable that only a shell replaces is none of a URL.
  return /^https?:\/\/[\w.\-[\]]+(?::\d+)?(?:\/[\w./~%?=&+-]*)?$/.test(whole) ? whole : null;
}
