import type { ModelRequestParameters, ToolDescription } from '../../../common/model';
import type { ModelSettings } from '../../../common/model-settings';
import { isStrictCompatible } from './strict-schema';

/** All tools of a request, those that give the final answer among them. */
export function toolsOf({ tools, outputTools }: ModelRequestParameters): readonly ToolDescription[] {
  return [...tools, ...outputTools];
}

/** What both APIs want to know of a tool. */
interface FunctionBody {
  name: string;
  description?: string;
  parameters: Record<string, unknown>;
  strict: boolean;
}

export function toFunction({ name, description, parameters, strict }: ToolDescription): FunctionBody {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: { ...parameters },
    strict: strict !== false && isStrictCompatible(parameters),
  };
}

interface ToolSettings {
  readonly tool_choice?: NonNullable<ModelSettings['toolChoice']>;
  readonly parallel_tool_calls?: boolean;
}

/** How the model may use its tools; nothing when it has none, because the API refuses that. */
export function toToolSettings(parameters: ModelRequestParameters): ToolSettings {
  if (toolsOf(parameters).length === 0) return {};
  const { toolChoice, parallelToolCalls } = parameters.settings;
  return {
    tool_choice: toolChoice ?? (parameters.allowTextOutput ? 'auto' : 'required'),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}
