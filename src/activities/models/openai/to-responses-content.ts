import type { OpenAI } from 'openai';
import type { BinaryContent, UserContent, UserPrompt } from '../../../common/messages';
import { fileNameOf, toDataUrl, unsupportedContent } from './file-content';

type Content = OpenAI.Responses.ResponseInputContent;

/** What a user asked, as the Responses API takes it. */
export function toResponsesContent(prompt: UserPrompt): string | Content[] {
  return typeof prompt === 'string' ? prompt : prompt.map(toContent);
}

function toContent(content: UserContent): Content {
  switch (content.kind) {
    case 'text':
      return { type: 'input_text', text: content.text };
    case 'image-url':
      return { type: 'input_image', detail: 'auto', image_url: content.url };
    case 'document-url':
      return { type: 'input_file', file_url: content.url };
    case 'audio-url':
      throw unsupportedContent(
        content,
        'use an openai-chat:NAME model, and send the audio as binary content',
      );
    case 'binary':
      return toFile(content);
  }
}

function toFile(content: BinaryContent): Content {
  if (content.mediaType.startsWith('audio/')) {
    throw unsupportedContent(content, 'audio needs an openai-chat:NAME model that hears');
  }
  if (content.mediaType.startsWith('image/')) {
    return { type: 'input_image', detail: 'auto', image_url: toDataUrl(content) };
  }
  return { type: 'input_file', filename: fileNameOf(content), file_data: toDataUrl(content) };
}
