import type { ParseError } from "toml-eslint-parser";
import type { Report } from "../report.ts";
import { quote } from "../wording.ts";
import { SYNTAX_RULES } from "./syntax_rules.ts";
import { siteOf, type SyntaxSite } from "./syntax_site.ts";

/** Reports a syntax error: the first rule that knows the mistake explains it, else the parser does. */
export function explainSyntax(text: string, error: ParseError, report: Report): void {
  const site = siteOf(text, error);
  const here = { start: site.index, end: site.index + 1 };
  for (const rule of SYNTAX_RULES) {
    const explanation = rule(site);
    if (explanation === null) continue;
    report.add("config/syntax", explanation.at ?? here, explanation.message, explanation);
    return;
  }
  report.add("config/syntax", here, plainMessage(site));
}

function plainMessage({ parserSays, text, index }: SyntaxSite): string {
  if (/^Unexpected (?:character|token)$/.test(parserSays)) {
    const [found = "\n"] = text.slice(index, index + 2);
    return `unexpected ${/[\r\n]/.test(found) ? "end of the line" : quote(found)}`;
  }
  return parserSays.charAt(0).toLowerCase() + parserSays.slice(1);
}
