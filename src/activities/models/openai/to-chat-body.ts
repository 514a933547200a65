import type { OpenAI } from 'openai';
import type { ModelMessage } from '../../../common/messages';
import type { ModelRequestParameters, ToolDescription } from '../../../common/model';
import type { ModelSettings } from '../../../common/model-settings';
import { withExtraBody } from './extra-body';
import { present } from './present';
import { toChatMessages } from './to-chat-messages';
import { toOutputFormat } from './to-output-format';
import { toFunction, toToolFields } from './to-tools';
import { isWebSearch, toWebSearchOptions } from './to-web-search';

type Body = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;

/** The body of a request to the Chat Completions API. */
export function toChatBody(
  name: string,
  messages: readonly ModelMessage[],
  parameters: ModelRequestParameters,
): Body {
  const webSearch = parameters.builtinTools.find(isWebSearch);
  const builtinTools = parameters.builtinTools.filter((tool) => !isWebSearch(tool));
  const body: Body = {
    model: name,
    messages: toChatMessages(messages, parameters.instructions),
    ...toToolFields({ ...parameters, builtinTools }, toChatTool),
    ...toSettings(parameters.settings),
    ...(webSearch === undefined ? {} : { web_search_options: toWebSearchOptions(webSearch) }),
    ...toResponseFormat(parameters),
  };
  return withExtraBody(body, parameters.settings.extraBody);
}

function toChatTool(tool: ToolDescription): OpenAI.Chat.ChatCompletionTool {
  return { type: 'function', function: withoutDefault(toFunction(tool)) };
}

function toResponseFormat({ outputSchema }: ModelRequestParameters): Partial<Body> {
  if (outputSchema === undefined) return {};
  return {
    response_format: { type: 'json_schema', json_schema: withoutDefault(toOutputFormat(outputSchema)) },
  };
}

/** Compatible servers may not know the word, and `false` is the default here. */
function withoutDefault<T extends { strict: boolean }>({
  strict,
  ...rest
}: T): Omit<T, 'strict'> & { strict?: boolean } {
  return strict ? { ...rest, strict } : rest;
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
