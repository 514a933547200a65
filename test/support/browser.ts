// A real browser, for the real UI.
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { until } from './until';

/** @throws {Error} that says how to get a browser, when there is none. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at '${executablePath}': \`apt-get install chromium\`, or set CHROMIUM to the path of yours.`,
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** How long the UI may take to load what it shows, in milliseconds. */
const LOADING_TIME = 60_000;

/** Expects that a page shows all of the texts, in whichever of its frames, at once or as soon as it has loaded. */
export async function expectShown(page: Page, ...texts: readonly string[]): Promise<void> {
  const loaded = Date.now() + LOADING_TIME;
  const shown = await until(async () => {
    const text = await textOf(page);
    return Date.now() > loaded || texts.every((wanted) => text.includes(wanted)) ? text : undefined;
  });
  for (const text of texts) expect(shown).toContain(text);
}

async function textOf(page: Page): Promise<string> {
  const texts = page.frames().map((frame) => frame.locator('body').textContent({ timeout: 5_000 }));
  const all = await Promise.allSettled(texts); // a frame may go while it is read
  return all.map((text) => (text.status === 'fulfilled' ? toPlainText(text.value ?? '') : '')).join('\n');
}

/** Code blocks and tables are broken into many elements, with blanks of their own. */
function toPlainText(text: string): string {
  return text.replace(/\s+/g, ' ');
}
