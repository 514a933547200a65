import { createHash } from 'node:crypto';
import type { BinaryContent, UrlContent } from '../../../common/messages';
import { UserError } from '../../../common/errors';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
};

export function toDataUrl({ mediaType, data }: BinaryContent): string {
  return `data:${mediaType};base64,${data}`;
}

/** A file without a name gets one: the API tells kinds of files apart by it. */
export function fileNameOf({ mediaType, fileName }: BinaryContent): string {
  if (fileName !== undefined) return fileName;
  const subtype =
    mediaType
      .split('/')
      .at(-1)
      ?.replace(/^x-|[^a-z0-9].*$/g, '') || 'bin';
  return `filename.${EXTENSIONS[mediaType] ?? subtype}`;
}

export function isTextLike(mediaType: string): boolean {
  return /^text\/|^application\/(.*\+)?(json|xml|(x-)?yaml)$/.test(mediaType);
}

/** A text file within a prompt, fenced as in pydantic-ai; named by its content, so that the same file has the same name. */
export function toFencedText({ mediaType, data }: BinaryContent): string {
  const content = Buffer.from(data, 'base64');
  const id = createHash('sha1').update(content).digest('hex').slice(0, 6);
  const about = `FILE id="${id}"`;
  return `-----BEGIN ${about} type="${mediaType}"-----\n${content.toString('utf8')}\n-----END ${about}-----`;
}

/** The API has no place for this kind of content. */
export function unsupportedContent({ kind }: BinaryContent | UrlContent, advice: string): UserError {
  return new UserError(`The prompt holds a '${kind}' content that this API does not take: ${advice}`);
}
