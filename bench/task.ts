/** What both sides are set to: the same model, the same instructions, the same tool. */
export const MODEL = 'gpt-5-mini';

export const INSTRUCTIONS = 'Read every page, then answer.';

export const TOOL = { name: 'read_page', description: 'Reads a page.' };

export interface Page {
  readonly page: number;
  /** How long the page is; the model is told by its script. */
  readonly bytes: number;
}

export function readPage({ bytes }: Page): string {
  return 'x'.repeat(bytes);
}
