// Fenced code blocks of documents and the code they are cut from: `<!-- path -->` or `<!-- path#region -->` before a block.

export interface Quote {
  /** Document and line. */
  readonly where: string;
  readonly language: string;
  readonly source: string | undefined;
  readonly region: string | undefined;
  readonly code: string;
}

const BLOCK =
  /(?:^<!-- (?<source>[^\s#]+)(?:#(?<region>\S+))? -->\n\n?)?^```(?<language>\w*)[^\n]*\n(?<code>.*?)^```$/gms;

export function quotesOf(document: string, text: string): Quote[] {
  return [...text.matchAll(BLOCK)].map(({ 0: block, index, groups = {} }) => {
    const fence = index + block.indexOf('```');
    return {
      where: `${document}:${text.slice(0, fence).split('\n').length}`,
      language: groups['language'] ?? '',
      source: groups['source'],
      region: groups['region'],
      code: (groups['code'] ?? '').trimEnd(),
    };
  });
}

/** A file's text or one region of it, as a document shows it; `undefined` when it has no such region. */
export function cutFrom(text: string, region: string | undefined): string | undefined {
  const lines = text.split('\n');
  if (region === undefined) return show(lines);
  const start = lines.findIndex((line) => isMarker(line, 'region', region));
  const end = lines.findIndex((line) => isMarker(line, 'endregion', region));
  return start < 0 || end < start ? undefined : show(lines.slice(start + 1, end));
}

/** `// #region NAME` in TypeScript, `# #region NAME` in shell scripts. */
function isMarker(line: string, kind: string, name = '\\S+'): boolean {
  return new RegExp(`^\\s*(//|#) #${kind} ${name}$`).test(line);
}

function show(lines: readonly string[]): string {
  const shown = lines.filter((line) => !isMarker(line, '(?:end)?region'));
  const indents = shown.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return shown
    .map((line) => line.slice(indent))
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd();
}
