/** The lines of a text that comes in pieces, whatever ends them; the last one may have no end. */
export async function* readLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line: string[] = []; // a line can be megabytes long: joined once, not at every piece
  let heldBack = '';
  for await (const piece of pieces) {
    const text = heldBack + decoder.decode(piece, { stream: true });
    heldBack = text.endsWith('\r') ? '\r' : ''; // the next piece may begin with the other half of the line's end
    const [first = '', ...others] = text.slice(0, text.length - heldBack.length).split(/\r\n|\r|\n/);
    line.push(first);
    for (const next of others) {
      yield line.join('');
      line = [next];
    }
  }
  yield line.join('') + decoder.decode();
}
