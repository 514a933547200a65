// Whether a provider would accept what a model is sent.
import { ModelRequestError, type Model, type ModelMessage, type RequestPart } from 'perdure';

/** What is wrong with messages that are about to be sent; nothing when nothing is. */
export function invalidityOf(messages: readonly ModelMessage[]): string | undefined {
  if (messages.at(-1)?.kind !== 'request') return 'the last message is no request';
  for (const [index, message] of messages.entries()) {
    const wrong = message.kind === 'response' ? undefined : wrongAnswers(messages[index - 1], message.parts);
    if (wrong !== undefined) return `message ${index}: ${wrong}`;
    const isAnswered = messages[index + 1]?.kind === 'request';
    if (message.kind === 'response' && callsOf(message).length > 0 && !isAnswered) {
      return `message ${index}: its calls are not answered`;
    }
  }
  return undefined;
}

function wrongAnswers(before: ModelMessage | undefined, parts: readonly RequestPart[]): string | undefined {
  const asked = before === undefined ? [] : callsOf(before);
  const answered = parts.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : []));
  return JSON.stringify(answered.toSorted()) === JSON.stringify(asked.toSorted())
    ? undefined
    : `calls ${JSON.stringify(asked)} have the results ${JSON.stringify(answered)}`;
}

function callsOf(message: ModelMessage): string[] {
  if (message.kind !== 'response') return [];
  return message.parts.flatMap((part) => (part.kind === 'tool-call' ? [part.toolCallId] : []));
}

/** The model, as strict as a provider. */
export function strict(model: Model): Model {
  return {
    ...model,
    request: (messages, parameters) => {
      const invalidity = invalidityOf(messages);
      if (invalidity === undefined) return model.request(messages, parameters);
      throw new ModelRequestError(`Invalid request: ${invalidity}`, {
        model: model.name,
        status: 400,
        retryable: false,
      });
    },
  };
}
