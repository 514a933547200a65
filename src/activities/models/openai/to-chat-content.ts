import type { OpenAI } from 'openai';
import type { BinaryContent, UserContent, UserPrompt } from '../../../common/messages';
import { fileNameOf, isTextLike, toDataUrl, toFencedText, unsupportedContent } from './file-content';

type Content = OpenAI.Chat.ChatCompletionContentPart;

const AUDIO_FORMATS: Readonly<Record<string, 'wav' | 'mp3'>> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
};

/** What a user asked, as the Chat Completions API takes it. */
export function toChatContent(prompt: UserPrompt): string | Content[] {
  return typeof prompt === 'string' ? prompt : prompt.map(toContent);
}

function toContent(content: UserContent): Content {
  switch (content.kind) {
    case 'text':
      return { type: 'text', text: content.text };
    case 'image-url':
      return { type: 'image_url', image_url: { url: content.url } };
    case 'document-url':
      throw unsupportedContent(content, 'use an openai:NAME model, or send the document as binary content');
    case 'audio-url':
      throw unsupportedContent(content, 'send the audio as binary content');
    case 'binary':
      return toFile(content);
  }
}

function toFile(content: BinaryContent): Content {
  const { mediaType, data } = content;
  if (mediaType.startsWith('image/')) return { type: 'image_url', image_url: { url: toDataUrl(content) } };
  if (mediaType.startsWith('audio/')) {
    const format = AUDIO_FORMATS[mediaType];
    if (format === undefined) throw unsupportedContent(content, 'audio is taken as audio/wav or audio/mpeg');
    return { type: 'input_audio', input_audio: { data, format } };
  }
  // The API takes documents, and to it a text is none.
  if (isTextLike(mediaType)) return { type: 'text', text: toFencedText(content) };
  return { type: 'file', file: { filename: fileNameOf(content), file_data: toDataUrl(content) } };
}
