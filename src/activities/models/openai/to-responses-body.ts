import type { OpenAI } from 'openai';
import type { ModelMessage } from '../../../common/messages';
import type { ModelRequestParameters } from '../../../common/model';
import type { ModelSettings } from '../../../common/model-settings';
import { present } from './present';
import { isReasoningModel } from './reasoning-models';
import { toResponsesInput } from './to-responses-input';
import { toFunction, toolsOf, toToolSettings } from './to-tools';

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;

/** The body of a request to the Responses API. */
export function toResponsesBody(
  name: string,
  messages: readonly ModelMessage[],
  parameters: ModelRequestParameters,
): Body {
  const reasoning = isReasoningModel(name);
  const tools = toolsOf(parameters).map((tool) => ({ type: 'function' as const, ...toFunction(tool) }));
  return {
    model: name,
    input: toResponsesInput(messages, { keepItemIds: reasoning }),
    ...present({ instructions: parameters.instructions }),
    ...(tools.length === 0 ? {} : { tools }),
    ...toToolSettings(parameters),
    ...(reasoning ? { include: ['reasoning.encrypted_content' as const] } : {}),
    ...toSettings(parameters.settings),
    ...parameters.settings.extraBody,
  };
}

function toSettings(settings: ModelSettings): Partial<Body> {
  const reasoning = present({ effort: settings.reasoningEffort, summary: settings.reasoningSummary });
  return present({
    max_output_tokens: settings.maxTokens,
    temperature: settings.temperature,
    top_p: settings.topP,
    reasoning: Object.keys(reasoning).length === 0 ? undefined : reasoning,
    service_tier: settings.serviceTier,
    user: settings.user,
  });
}
