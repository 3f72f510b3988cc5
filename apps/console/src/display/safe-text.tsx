import { piecesOf } from './invisible.js';

/** Text from outside, as text: never markup, and nothing in it stays invisible. */
export function SafeText({ text }: { text: string }) {
  let offset = 0;
  return piecesOf(text).map((piece) => {
    const key = offset;
    offset += piece.text.length;
    return piece.escaped ? (
      <span key={key} className="escaped" title="Invisible or direction-changing character">
        {piece.text}
      </span>
    ) : (
      <span key={key}>{piece.text}</span>
    );
  });
}
