import { createHash } from 'node:crypto';

/** Text that no compression makes much shorter, the same for the same name. */
export function noise(name: string, characters: number): string {
  let text = '';
  for (let part = 0; text.length < characters; part++) {
    text += createHash('sha512').update(`${name}/${part}`).digest('base64url');
  }
  return text.slice(0, characters);
}
