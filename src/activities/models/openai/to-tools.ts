import type { ModelRequestParameters, ToolDescription } from '../../../common/model';
import type { ModelSettings } from '../../../common/model-settings';
import { isStrictCompatible } from './strict-schema';

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

interface ToolFields<Tool> {
  readonly tools?: Tool[];
  readonly tool_choice?: NonNullable<ModelSettings['toolChoice']>;
  readonly parallel_tool_calls?: boolean;
}

/**
 * All tools of a request, and how the model may use them; nothing when there are none, because the APIs refuse that.
 * Tools that the provider runs itself go as the user wrote them.
 */
export function toToolFields<Tool>(
  parameters: ModelRequestParameters,
  toTool: (tool: ToolDescription) => Tool,
): ToolFields<Tool> {
  const functions = [...parameters.tools, ...parameters.outputTools].map(toTool);
  const ready = parameters.builtinTools as readonly unknown[] as readonly Tool[]; // the API tells if they are none
  const tools = [...functions, ...ready];
  if (tools.length === 0) return {};
  const { toolChoice, parallelToolCalls } = parameters.settings;
  return {
    tools,
    tool_choice: toolChoice ?? (parameters.allowTextOutput ? 'auto' : 'required'),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}
