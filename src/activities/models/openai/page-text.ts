import { toOneLine } from '../../../common/json';

/** A page that some proxy wrote, told in a few words. */
export function toPageText(page: string): string {
  if (!/<(!doctype|html|head|body)/i.test(page)) return `'${toOneLine(page, 200)}'`;
  const title = /<title[^>]*>([^<]*)</i.exec(page)?.[1];
  return title === undefined ? 'an HTML page' : `an HTML page, '${toOneLine(title, 100)}'`;
}
