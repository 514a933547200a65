import type { OpenAI } from 'openai';
import type { ModelMessage } from '../../../common/messages';
import type { ModelRequestParameters, ToolDescription } from '../../../common/model';
import type { ModelSettings } from '../../../common/model-settings';
import { present } from './present';
import { toChatMessages } from './to-chat-messages';
import { toFunction, toolsOf, toToolSettings } from './to-tools';

type Body = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;

/** The body of a request to the Chat Completions API. */
export function toChatBody(
  name: string,
  messages: readonly ModelMessage[],
  parameters: ModelRequestParameters,
): Body {
  const tools = toolsOf(parameters).map(toChatTool);
  return {
    model: name,
    messages: toChatMessages(messages, parameters.instructions),
    ...(tools.length === 0 ? {} : { tools }),
    ...toToolSettings(parameters),
    ...toSettings(parameters.settings),
    ...parameters.settings.extraBody,
  };
}

function toChatTool(tool: ToolDescription): OpenAI.Chat.ChatCompletionTool {
  const { strict, ...description } = toFunction(tool);
  // Compatible servers may not know the word, and `false` is the default here.
  return { type: 'function', function: strict ? { ...description, strict } : description };
}

function toSettings(settings: ModelSettings): Partial<Body> {
  return present({
    max_completion_tokens: settings.maxTokens,
    temperature: settings.temperature,
    top_p: settings.topP,
    seed: settings.seed,
    presence_penalty: settings.presencePenalty,
    frequency_penalty: settings.frequencyPenalty,
    stop: settings.stopSequences && [...settings.stopSequences],
    reasoning_effort: settings.reasoningEffort,
    service_tier: settings.serviceTier,
    user: settings.user,
  });
}
