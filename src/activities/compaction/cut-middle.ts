import { takeCharacters } from '../../common/json';
import { estimateTextTokens } from '../../common/token-estimate';

/** A text of at most so many tokens: of a longer one the beginning and, more of it, the end. */
export function cutMiddle(text: string, tokens: number): string {
  const size = estimateTextTokens(text);
  if (size <= tokens) return text;
  let length = Math.floor((text.length * tokens) / size);
  while (length > 0) {
    const cut = withoutMiddle(text, length);
    const excess = estimateTextTokens(cut) / tokens;
    if (excess <= 1) return cut;
    length = Math.floor(Math.min(length / excess, length - 1));
  }
  return '';
}

/** A third of what stays is the beginning. */
function withoutMiddle(text: string, length: number): string {
  const start = takeCharacters(text, Math.floor(length / 3));
  const end = lastCharacters(text, length - start.length);
  const left = text.length - start.length - end.length;
  return `${start}\n[… ${left} characters left out …]\n${end}`;
}

function lastCharacters(text: string, length: number): string {
  const end = text.slice(text.length - length);
  const first = end.charCodeAt(0);
  return first >= 0xdc00 && first <= 0xdfff ? end.slice(1) : end; // no half of a surrogate pair
}
