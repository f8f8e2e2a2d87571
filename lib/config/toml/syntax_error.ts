import type { ParseError } from "toml-eslint-parser";
import type { Report } from "../report.ts";
import { quote } from "../wording.ts";
import { foreignComment, STRUCTURE_RULES } from "./structure_mistakes.ts";
import { isUnexpected, siteOf, type SyntaxRule, type SyntaxSite } from "./syntax_site.ts";
import { VALUE_RULES } from "./value_mistakes.ts";

const RULES: readonly SyntaxRule[] = [foreignComment, ...VALUE_RULES, ...STRUCTURE_RULES];

/** Reports a syntax error: the first rule that knows the mistake explains it, else the parser does. */
export function explainSyntax(text: string, error: ParseError, report: Report): void {
  const site = siteOf(text, error);
  const here = { start: site.index, end: site.index + 1 };
  for (const rule of RULES) {
    const explanation = rule(site);
    if (explanation === null) continue;
    report.add("config/syntax", explanation.at ?? here, explanation.message, explanation);
    return;
  }
  report.add("config/syntax", here, plainMessage(site));
}

function plainMessage({ parserSays, text, index }: SyntaxSite): string {
  if (isUnexpected(parserSays)) {
    const [found = "\n"] = text.slice(index, index + 2);
    return `unexpected ${/[\r\n]/.test(found) ? "end of the line" : quote(found)}`;
  }
  return parserSays.charAt(0).toLowerCase() + parserSays.slice(1);
}
