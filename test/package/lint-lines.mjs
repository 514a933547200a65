// Lints files as they would be with some lines more, in a process of its own: jest cannot load the configuration.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({ cwd: root });

/** The rules that each of the lines breaks. */
async function rulesAgainst(file, lines) {
  const text = readFileSync(`${root}${file}`, 'utf8');
  const first = text.split('\n').length;
  const [{ messages }] = await eslint.lintText(text + lines.join('\n'), { filePath: `${root}${file}` });
  return lines.map((_line, index) =>
    messages.filter((message) => message.line === first + index).map(({ ruleId }) => ruleId),
  );
}

const answers = {};
for (const [file, lines] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  answers[file] = await rulesAgainst(file, lines);
}
process.stdout.write(JSON.stringify(answers));
