/**
 * How many columns of a terminal a text takes. A terminal counts a picture that is made of several characters (a flag, a
 * family, a skin colour) once, and marks, joiners and the parts of a decomposed Hangul syllable with what they stand upon.
 */
import { eastAsianWidth } from "get-east-asian-width";

/** A text that is shown in one place, and its width. */
export interface Piece {
  readonly text: string;
  readonly width: number;
}

/** Marks that came with Unicode 17, which not every runtime knows as such yet: all are to count the same. */
const NEW_MARKS = String
  .raw`\u1acf-\u1add\u1ae0-\u1aeb\u{10efa}\u{10efb}\u{11b60}\u{11b62}-\u{11b64}\u{11b66}\u{1e6e3}\u{1e6e6}\u{1e6ee}\u{1e6ef}\u{1e6f5}`;

/** Takes no room of its own: marks, what is invisible, vowels and finals of Hangul. */
const NO_ROOM = String
  .raw`[${NEW_MARKS}\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}\p{Cc}\u1160-\u11ff\ud7b0-\ud7ff]`;

/** A picture with what varies it: a skin colour, the wish to be a picture, a keycap, the tags of a flag. */
const PICTURE = String
  .raw`(?:\p{RI}\p{RI}|\p{Emoji}(?:\p{EMod}|\ufe0f\u20e3?|[\u{e0020}-\u{e007e}]+\u{e007f})?)`;

const PLAIN = /^[ -~]*$/;

let patterns: ReturnType<typeof makePatterns> | undefined;

/** Made when they are needed: most texts are plain, and these are large. */
function makePatterns() {
  return {
    piece: new RegExp(`${PICTURE}(?:\\u200d${PICTURE})*${NO_ROOM}*|[^]${NO_ROOM}*`, "gu"),
    isPicture: new RegExp(
      String.raw`^(?:\p{RI}\p{RI}|[^](?:\p{EMod}|\ufe0f|\u200d\p{Emoji}|[\u{e0020}-\u{e007e}]))`,
      "u",
    ),
    startsWithoutRoom: new RegExp(`^${NO_ROOM}`, "u"),
  };
}

/** How many columns of a terminal `text` takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return piecesOf(text).reduce((width, piece) => width + piece.width, 0);
}

/** A text in pieces that cannot be cut. */
export function piecesOf(text: string): readonly Piece[] {
  const { piece, isPicture, startsWithoutRoom } = patterns ??= makePatterns();
  const widthOfPiece = (one: string) => {
    if (isPicture.test(one)) return 2;
    return startsWithoutRoom.test(one) ? 0 : eastAsianWidth(one.codePointAt(0)!);
  };
  return (text.match(piece) ?? []).map((one) => ({ text: one, width: widthOfPiece(one) }));
}
