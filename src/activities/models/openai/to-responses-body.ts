import type { OpenAI } from 'openai';
import type { ModelMessage } from '../../../common/messages';
import type { ModelRequestParameters, ToolDescription } from '../../../common/model';
import type { ModelSettings } from '../../../common/model-settings';
import { withExtraBody } from './extra-body';
import { present } from './present';
import { isReasoningModel } from './reasoning-models';
import { toOutputFormat } from './to-output-format';
import { toResponsesInput } from './to-responses-input';
import { toFunction, toToolFields } from './to-tools';

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;

/** The body of a request to the Responses API. */
export function toResponsesBody(
  name: string,
  messages: readonly ModelMessage[],
  parameters: ModelRequestParameters,
): Body {
  const { instructions, settings, outputSchema } = parameters;
  const reasoning = isReasoningModel(name);
  const body: Body = {
    model: name,
    input: toResponsesInput(messages, { keepItemIds: reasoning }),
    ...present({ instructions }),
    ...toToolFields(parameters, toResponsesTool),
    ...(reasoning ? { include: ['reasoning.encrypted_content'] } : {}),
    ...toSettings(settings),
    ...(outputSchema === undefined
      ? {}
      : { text: { format: { type: 'json_schema', ...toOutputFormat(outputSchema) } } }),
  };
  return withExtraBody(body, settings.extraBody);
}

function toResponsesTool(tool: ToolDescription): OpenAI.Responses.Tool {
  return { type: 'function', ...toFunction(tool) };
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
